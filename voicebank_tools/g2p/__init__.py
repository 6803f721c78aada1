"""Text -> phones, by rules and dictionaries; what neither knows is listed, never guessed."""
