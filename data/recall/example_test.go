package recall_test

import (
	"fmt"
	"strings"

	"longseq/data"
	"longseq/data/recall"
)

func ExampleTask() {
	format, err := data.ParseFormat("essay-word")
	if err != nil {
		fmt.Println(err)
		return
	}
	task, err := recall.NewTask(recall.Opticks(), recall.Config{Format: format, Length: 64, Depth: 50, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	sample, err := task.Sample(0)
	if err != nil {
		fmt.Println(err)
		return
	}
	show(sample.Prompt)
	fmt.Println("answer:", sample.Answers[0])
	// Output:
	// reflected or into the same from any other upon
	// needle hanoi dog
	// they and rays are more or less which are more or less as if light out
	// needle riga dog
	// of a glass into air and by being more
	// needle minsk elk
	// and more to the of the glass and air
	// needle accra hen
	// at to be reflected by that
	// query riga
	// answer: dog
}

func ExampleTraining() {
	training, err := recall.NewTraining(recall.Opticks(), recall.Formats[:1], 4, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	tokens, targets := training.Batch(1100, 1200, 1, 64)
	show(recall.Opticks().Vocabulary().Decode(tokens))
	fmt.Println("loss on position 34:", recall.Opticks().Vocabulary().Decode(targets[34:35]))
	// Output:
	// d on the the to
	// needle kyiv owl
	// the same and so in a of
	// needle hanoi ram
	// the colours the of colour in
	// needle lima hen
	// the a of
	// needle accra eel
	// query hanoi ram
	// query lima hen
	// query kyiv owl
	// query accra eel
	// query accra eel
	// query lima hen
	// query kyiv owl
	// query hanoi ram
	// query accra eel
	// query lima hen
	// the
	// loss on position 34: ram
}

func ExampleRetention() {
	retention, err := recall.NewRetention(recall.Opticks(), recall.Formats[0], []int{0, 8}, 4, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	reading, err := retention.Reading(0)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, stop := range reading.Stops {
		fmt.Printf("after %d bytes:%s -> %s\n", stop, reading.Question, reading.Answers[0])
		show(reading.Haystack[:stop] + reading.Question)
	}
	// Output:
	// after 66 bytes: query hanoi -> elk
	// needle quito elk
	// needle riga eel
	// needle minsk hen
	// needle hanoi elk
	// query hanoi
	// after 98 bytes: query hanoi -> elk
	// needle quito elk
	// needle riga eel
	// needle minsk hen
	// needle hanoi elk
	// the that it be so is very being
	// query hanoi
}

// show prints text with a line for each needle, question and piece of filler of one-word values.
func show(text string) {
	words := strings.Fields(text)
	for len(words) > 0 {
		n := 1
		if words[0] == "needle" || words[0] == "query" {
			n = min(3, len(words))
		} else {
			for n < len(words) && words[n] != "needle" && words[n] != "query" {
				n++
			}
		}
		fmt.Println(strings.Join(words[:n], " "))
		words = words[n:]
	}
}
