"""Serve the app: ``python -m ui --server.port 8501``, with the options of ``streamlit run``."""

import gc
import sys

from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.cli import main

from warehouse.leftovers import sweep_leftovers

# Streamlit takes a folder called pages for its old page discovery until app.py has run once.
# The first visitor after a start who follows a link to a page would be told, in a dialog
# above that very page, that it does not exist.
PagesManager.uses_pages_directory = False
# Questions to the engine are many small objects, and looking through them for cycles as often as
# Python usually does is a tenth of what a page takes.
gc.set_threshold(100_000, 20, 50)
# Uploads of servers that were killed hold rows of somebody's books.
sweep_leftovers()

sys.argv = ["streamlit", "run", "app.py", *sys.argv[1:]]
main()
