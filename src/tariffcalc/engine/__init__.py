"""What a shipment owes: pure, no input or output, no clock, no float."""
