"""The words of the field: numbers, carriers, statements, receipts, verdicts. Pure, no input or output."""
