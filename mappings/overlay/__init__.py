"""A site's own names for what the rules read: local codes and texts, mapped to concepts.

A folder of CSV, ConceptMap and ValueSet files is read once at start (`mappings.overlay.folder`),
checked to the last row (`mappings.overlay.check`), and becomes a `mappings.overlay.site.SiteMap`,
by which records are translated before anything else looks at them
(`mappings.overlay.translation`). What a standard code says is never overruled.
"""
