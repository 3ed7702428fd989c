// Package pyrandom draws what CPython's random module and NumPy's legacy RandomState draw from the
// same seed. Both stand on the Mersenne Twister MT19937 (Matsumoto & Nishimura 1998) but seed it
// differently, so that the same seed gives two unrelated streams.
//
// The sources are CPython's Lib/random.py and Modules/_randommodule.c (3.11) and NumPy's
// numpy/random/_legacy (the RandomState whose streams are frozen).
package pyrandom
