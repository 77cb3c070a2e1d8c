"""The forms of the partner programme and the directory."""
