// Carries the precompiled header of the tests with torch in them.
