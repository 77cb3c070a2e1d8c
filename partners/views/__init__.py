"""The screens of the partner programme and the directory."""
