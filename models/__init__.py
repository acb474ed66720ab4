"""The estimators: frames in, frozen results out; nothing here knows a database or a page."""
