package ruler

// Threshold is the score, as a fraction, that a model must reach at a length for the length to count towards
// its effective context: Llama-2-7B's score at 4K tokens (Hsieh et al. 2024, "RULER: What's the real context
// size of your long-context language models?").
const Threshold = 0.856
