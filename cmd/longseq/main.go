// Longseq asks sequence models for needles at growing length and shows where each one forgets: see package verbs.
package main

import "longseq/cmd/verbs"

func main() { verbs.Main() }
