"""Where patients meet the engine: who they are, the blocks they run in, and the folder they are kept in."""
