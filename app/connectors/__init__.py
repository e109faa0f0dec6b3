"""How do other systems' formats become our events?"""
