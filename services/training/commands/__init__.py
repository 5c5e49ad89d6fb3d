"""What may be asked, aggregate by aggregate; `on` is the day it happened or was said, `at` when it was asked."""
