"""What does a company's life look like, when the truth about who is who is known?"""
