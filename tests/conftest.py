from hypothesis import settings

settings.register_profile("paget", deadline=None, derandomize=True)
settings.load_profile("paget")
