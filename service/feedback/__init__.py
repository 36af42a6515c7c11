"""What clinicians did with the cards: items as they come, and the report over them."""
