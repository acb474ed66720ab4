"""Streamlit parts used by more than one page."""
