# SPDX-License-Identifier: MIT
"""What tools/api is made of: header.py reads rota.h, the others write one derived form each from the data alone."""
