"""The addresses of the partner programme and the directory."""
