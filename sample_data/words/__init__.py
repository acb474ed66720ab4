"""The sample company's words: names, catalogue, tickets and comments. All of it is invented."""
