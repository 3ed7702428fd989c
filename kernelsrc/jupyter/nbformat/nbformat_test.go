package nbformat

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample is laid out as Jupyter does it.
const sample = `{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "a1",
   "metadata": {},
   "source": [
    "# Title\n",
    "text <b>"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 3,
   "id": "b2",
   "metadata": {
    "ratio": 1.0,
    "tags": [
     "raises-exception"
    ]
   },
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "one\n",
      "two"
     ]
    },
    {
     "data": {
      "image/png": "AAAA",
      "text/plain": [
       "alt"
      ]
     },
     "metadata": {},
     "output_type": "display_data"
    }
   ],
   "source": [
    "%%"
   ]
  }
 ],
 "metadata": {
  "kernelspec": {
   "name": "gonb"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`

func TestWritingReturnsWhatWasRead(t *testing.T) {
	n, err := parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	got, err := n.marshal()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample, string(got)); diff != "" {
		t.Error(diff)
	}
	code := n.Cells[1]
	if code.Count != 3 || !code.HasTag("raises-exception") || code.Outputs[0]["text"] != "one\ntwo" {
		t.Errorf("got %+v", code)
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		`{"nbformat": 3}`: "nbformat is 3, want 4",
		`{"nbformat": 4, "cells": [{"cell_type": "x"}]}`: `cell 1: cell_type is "x"`,
		`{"nbformat": 4} {}`:                             "text after the notebook",
		`[]`:                                             "cannot unmarshal",
	} {
		if _, err := parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestCellsWithoutIdentifiersGetTheSameAtEachWriting(t *testing.T) {
	n := &Notebook{Cells: []*Cell{{Type: "raw"}, {Type: "raw"}, {Type: "raw", ID: "cell-2"}}}
	text, err := n.marshal()
	if err != nil {
		t.Fatal(err)
	}
	read, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"cell-1", "cell-2-", "cell-2"} {
		if got := read.Cells[i].ID; got != want {
			t.Errorf("cell %d is %q, want %q", i+1, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := parse(text)
		if err != nil {
			return
		}
		first, err := n.marshal()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parse(first); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
	})
}

func TestANotebookBehindALinkIsWrittenThroughIt(t *testing.T) {
	dir := t.TempDir()
	to, link := filepath.Join(dir, "notebook.ipynb"), filepath.Join(dir, "link.ipynb")
	n := &Notebook{Cells: []*Cell{{Type: "markdown", Source: "before"}}}
	if err := errors.Join(n.Write(to), os.Symlink("notebook.ipynb", link)); err != nil {
		t.Fatal(err)
	}
	n.Cells[0].Source = "after"
	if err := n.Write(link); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(to); err != nil || got.Cells[0].Source != "after" {
		t.Errorf("the file behind the link holds %v, %v", got, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became %v, %v", info.Mode(), err)
	}
}
