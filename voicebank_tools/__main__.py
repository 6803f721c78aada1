"""`python -m voicebank_tools`: the `vbtools` program where scripts are not on the PATH."""

import sys

from voicebank_tools.cli import main

if __name__ == "__main__":
    sys.exit(main())
