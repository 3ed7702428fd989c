// Package pyrandom draws the random numbers that CPython's module random and NumPy's legacy RandomState draw from
// the same seed. Both use the Mersenne Twister MT19937 (Matsumoto & Nishimura 1998) and seed it in different
// ways, so that one seed gives two unrelated streams.
//
// The sources are CPython 3.11's Lib/random.py and Modules/_randommodule.c, and the RandomState of NumPy, whose
// streams do not change any more (numpy/random/_legacy).
package pyrandom
