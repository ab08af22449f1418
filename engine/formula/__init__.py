"""Formula text to frozen ``Expr`` and back, once per distinct R1C1 form."""
