"""Files come into the register and go out of it: guessed, mapped, tried row by row, applied, and read back the same."""
