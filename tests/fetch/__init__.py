"""Do files come from elsewhere whole, once, and never over another?"""
