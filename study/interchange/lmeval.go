package interchange

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"longseq/internal/identity"
	"longseq/internal/output"
	"longseq/internal/release"
	"longseq/study"
)

// LMEval writes lm-evaluation-harness's files: for each model dir/MODEL/results_STORE.json, whose metric of a task is the length as in that
// program's own RULER tasks, and dir/MODEL/samples_TASK_STORE.jsonl for each task. STORE is the digest of the records, so that the same
// store gives the same files. It returns the paths. A standard error of scores that are all the same is left out: it would claim to be
// exact.
func LMEval(dir string, store *study.Store) ([]string, error) {
	digest := store.Digest()
	list := groups(store.Records)
	var written []string
	for _, model := range models(list) {
		folder := filepath.Join(dir, safe(model))
		if _, err := output.Folder(folder); err != nil {
			return nil, fmt.Errorf("export for lm-eval: %w", err)
		}
		results, versions, shots, higher, counts := map[string]map[string]any{}, map[string]string{}, map[string]int{}, map[string]map[string]bool{}, map[string]map[string]int{}
		samples := map[string]*strings.Builder{}
		var tasks []string
		for _, g := range list {
			if g.model != model {
				continue
			}
			if results[g.task] == nil {
				tasks = append(tasks, g.task)
				results[g.task], higher[g.task], samples[g.task] = map[string]any{"alias": g.task}, map[string]bool{}, &strings.Builder{}
				versions[g.task], shots[g.task], counts[g.task] = "longseq", 0, map[string]int{}
			}
			metric := strconv.Itoa(g.length)
			mean, stderr, ok := g.mean(0.95)
			results[g.task][metric+",none"] = mean.Center
			if ok {
				results[g.task][metric+"_stderr,none"] = stderr
			}
			higher[g.task][metric] = true
			counts[g.task]["original"] += len(g.records)
			counts[g.task]["effective"] += len(g.records)
			for _, r := range g.records {
				line, err := json.Marshal(sampleOf(r, metric))
				if err != nil {
					return nil, fmt.Errorf("export for lm-eval: %w", err)
				}
				samples[g.task].Write(append(line, '\n'))
			}
		}
		text, err := json.MarshalIndent(map[string]any{
			"results": results, "group_subtasks": subtasks(tasks), "versions": versions, "n-shot": shots, "higher_is_better": higher,
			"n-samples": counts, "configs": map[string]any{}, "config": map[string]any{"model": "longseq", "model_args": "pretrained=" + model},
			"model_name": model, "model_source": "longseq", "lm_eval_version": "longseq " + release.Version(), "store": digest,
		}, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("export for lm-eval: %w", err)
		}
		files := []struct{ name, content string }{{"results_" + digest + ".json", string(text) + "\n"}}
		for _, task := range tasks {
			files = append(files, struct{ name, content string }{"samples_" + safe(task) + "_" + digest + ".jsonl", samples[task].String()})
		}
		for _, f := range files {
			path := filepath.Join(folder, f.name)
			if err := output.Write(path, []byte(f.content), 0o666); err != nil {
				return nil, fmt.Errorf("export for lm-eval: %w", err)
			}
			written = append(written, path)
		}
	}
	return written, nil
}

// subtasks are the groups of tasks: each is a task of its own.
func subtasks(tasks []string) map[string][]string {
	all := map[string][]string{}
	for _, t := range tasks {
		all[t] = []string{}
	}
	return all
}

// safe is a name as part of a file's.
func safe(name string) string {
	return strings.NewReplacer("/", "__", `\`, "__", " ", "_", ":", "_").Replace(name)
}

// sampleOf is a record as a line of a samples file.
func sampleOf(r *study.Record, metric string) map[string]any {
	target := strings.Join(r.Answer, "\n")
	return map[string]any{
		"doc_id": r.Sample,
		"doc": map[string]any{"index": r.Sample, "prompt_digest": r.Prompt, "outputs": r.Answer, "max_length": r.Length, "task": r.Task, "format": r.Format,
			"cell": r.Cell, "seed": r.Seed, "depth": depthOf(r)},
		"target": target, "arguments": map[string]any{"gen_args_0": map[string]any{"arg_0": "digest " + r.Prompt, "arg_1": map[string]any{"do_sample": false}}},
		"resps": [][]string{{r.Prediction}}, "filtered_resps": []string{r.Prediction}, "filter": "none", "metrics": []string{metric},
		"doc_hash": identity.Of(r.Cell, strconv.Itoa(r.Sample)), "prompt_hash": r.Prompt, "target_hash": identity.Of(target), metric: r.Score,
	}
}

// depthOf is a record's depth in percent, or nil.
func depthOf(r *study.Record) any {
	if r.Depth < 0 {
		return nil
	}
	return r.Depth
}
