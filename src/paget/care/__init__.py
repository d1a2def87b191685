"""Knowledge to action: policies decide on charts, mechanisms turn orders into effects, and care has its price."""
