"""`python -m yanmo`."""

import sys

from yanmo.cli import main

sys.exit(main())
