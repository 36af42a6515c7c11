"""Names of common tests, drugs and problems that have nothing to do with the leukaemia: a pattern
that matches one of them is too wide.
"""

from __future__ import annotations

EVERYDAY = tuple(
    """
    Glucose [Mass/volume] in Serum or Plasma|Potassium [Moles/volume] in Blood|Sodium level
    Hemoglobin [Mass/volume] in Blood|Hematocrit|Leukocytes [#/volume] in Blood|WBC count
    Platelets [#/volume] in Blood|Neutrophils/100 leukocytes in Blood|Lymphocytes/100 leukocytes
    Monocytes/100 leukocytes in Blood|Erythrocytes [#/volume] in Blood|Reticulocytes
    Complete blood count with differential|Basic metabolic panel|Comprehensive metabolic panel
    Creatinine|Urea nitrogen|Calcium|Magnesium|Phosphate|Uric acid|Albumin|Total protein
    Lactate dehydrogenase|Alkaline phosphatase|C-reactive protein|Ferritin|Procalcitonin
    Prothrombin time|INR|aPTT|Fibrinogen|D-dimer|Blood culture|Urinalysis|Urine culture
    CMV DNA by PCR|EBV DNA by PCR|Adenovirus DNA by PCR|SARS-CoV-2 RNA by PCR|Influenza A by PCR
    CD3 cells [#/volume] in Blood|CD4 cells [#/volume] in Blood|CD8 cells/100 cells in Blood
    CD19 cells [#/volume] in Blood|CD19 B-cells/100 lymphocytes in Blood|CD20 cells/100 cells
    Lymphocyte subsets by flow cytometry|Stem cell enumeration CD34 by flow cytometry
    Bone marrow cellularity|Bone marrow iron stain|Bone marrow core biopsy length
    Bone marrow specimen adequacy|Specimen source|Specimen quality|Comment|Interpretation
    Blood pressure|Heart rate|Body weight|Body height|Body temperature|Oxygen saturation|Pain score
    Cerebrospinal fluid glucose|Cerebrospinal fluid protein|Chest X-ray|Echocardiogram|ECG
    Hypertension|Type 2 diabetes mellitus|Asthma|Fever|Febrile neutropenia|Nausea|Anemia
    Thrombocytopenia|Neutropenia|Pain|Fatigue|Obesity|Depression|Vitamin D deficiency|Constipation
    Chronic lymphocytic leukemia|Chronic myeloid leukemia|Multiple myeloma|Hodgkin lymphoma
    Encounter for chemotherapy|Central venous catheter in place|Long-term use of medication
    Ondansetron|Acetaminophen|Cefepime|Vancomycin|Acyclovir|Allopurinol|Dexamethasone|Pantoprazole
    Central venous catheter insertion|Appendectomy|Transfusion of red cells|Platelet transfusion
    Chemotherapy administration|Physical therapy|Dialysis
    """.replace("\n", "|").split("|")
)
"""Separated by bars; blanks around them do not count."""
