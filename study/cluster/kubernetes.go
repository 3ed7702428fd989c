package cluster

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
)

// Kubernetes is how a call runs as an Indexed Job.
type Kubernetes struct {
	Call
	Image     string
	Namespace string
	Queue     string   // a local queue of Kueue, which then starts the Job; empty: none
	Claims    []string // volume claims, NAME:/PATH each; the first is the folder in which the call runs
	Retries   int      // of an index, whose pod failed
	User      int64    // and group, as which the call runs
}

// Manifest is the Job in YAML. Jobs of a plan with several thousand indices take more than one; see Call.Shards.
func (k Kubernetes) Manifest() (string, error) {
	job, err := k.job()
	if err != nil {
		return "", err
	}
	text, err := yaml.MarshalWithOptions(job, yaml.IndentSequence(true))
	if err != nil {
		return "", fmt.Errorf("write the manifest: %w", err)
	}
	return "# " + k.Plan + fmt.Sprintf(" in %d shards. The image is built from the Dockerfile of longseq's repository. To start it:\n", k.Shards) +
		"#   kubectl apply -f job.yaml\n" +
		"#   kubectl get job " + k.Name + " -o jsonpath='{.status.completedIndexes} {.status.failedIndexes}'\n" + string(text), nil
}

// job is the Job. Its pods fail index by index, and those that were told to end, or whose node was taken away, are not
// counted as failed.
func (k Kubernetes) job() (kubeJob, error) {
	if err := k.Check(); err != nil {
		return kubeJob{}, err
	}
	switch {
	case k.Image == "":
		return kubeJob{}, fmt.Errorf("--image is missing: the image that the Dockerfile of longseq's repository builds")
	case len(k.Claims) == 0:
		return kubeJob{}, fmt.Errorf("--claim is missing: a volume claim that all pods may write to, and its folder, such as results:/work")
	case k.Retries < 0:
		return kubeJob{}, fmt.Errorf("--retries is %d; want 0 or more", k.Retries)
	}
	const container = "longseq"
	pod := kubePod{RestartPolicy: "Never", TerminationGracePeriodSeconds: 120,
		SecurityContext: kubePodSecurity{RunAsNonRoot: true, RunAsUser: k.User, RunAsGroup: k.User, FSGroup: k.User}}
	c := kubeContainer{Name: container, Image: k.Image, Command: []string{k.Program},
		Args: append(append([]string{k.Verb, k.Plan}, k.Flags...), "--shard", "auto/"+strconv.Itoa(k.Shards), "--quiet"),
		Env:  []kubeEnv{{"HF_HUB_OFFLINE", "1"}, {"HOME", "/tmp"}}}
	c.Resources.Limits = map[string]string{"cpu": strconv.Itoa(k.CPUs)}
	if k.Memory != "" {
		c.Resources.Limits["memory"] = k.Memory
	}
	if k.GPUs > 0 {
		c.Resources.Limits["nvidia.com/gpu"] = strconv.Itoa(k.GPUs)
	}
	for i, claim := range k.Claims {
		name, folder, _ := strings.Cut(claim, ":")
		if name == "" || name != notName.ReplaceAllString(name, "-") || !path.IsAbs(folder) {
			return kubeJob{}, fmt.Errorf("--claim %q; want NAME:/FOLDER, such as results:/work", claim)
		}
		if i == 0 {
			c.WorkingDir = folder
		}
		volume := kubeVolume{Name: "volume-" + strconv.Itoa(i)}
		volume.PersistentVolumeClaim.ClaimName = name
		pod.Volumes = append(pod.Volumes, volume)
		c.VolumeMounts = append(c.VolumeMounts, kubeMount{volume.Name, folder})
	}
	pod.Containers = []kubeContainer{c}
	spec := kubeJobSpec{Completions: k.Shards, Parallelism: k.Shards, CompletionMode: "Indexed", BackoffLimitPerIndex: k.Retries, MaxFailedIndexes: k.Shards}
	if k.Concurrent > 0 {
		spec.Parallelism = min(k.Concurrent, k.Shards)
	}
	spec.PodFailurePolicy.Rules = []kubeRule{
		{Action: "Ignore", OnPodConditions: []kubeCondition{{Type: "DisruptionTarget", Status: "True"}}},
		{Action: "Ignore", OnExitCodes: &kubeExit{container, "In", []int{130}}},
		{Action: "FailIndex", OnExitCodes: &kubeExit{container, "In", []int{2}}},
	}
	spec.Template.Metadata.Labels = map[string]string{"app": "longseq"}
	spec.Template.Spec = pod
	job := kubeJob{APIVersion: "batch/v1", Kind: "Job", Spec: spec}
	job.Metadata = kubeMeta{Name: k.Name, Namespace: k.Namespace, Labels: map[string]string{"app": "longseq"}}
	if k.Queue != "" {
		job.Metadata.Labels["kueue.x-k8s.io/queue-name"] = k.Queue
		job.Spec.Suspend = true // Kueue lets it begin
	}
	return job, nil
}

// The part of batch/v1's Job that is written, by its field names there.
type (
	kubeJob struct {
		APIVersion string      `yaml:"apiVersion"`
		Kind       string      `yaml:"kind"`
		Metadata   kubeMeta    `yaml:"metadata"`
		Spec       kubeJobSpec `yaml:"spec"`
	}
	kubeMeta struct {
		Name      string            `yaml:"name,omitempty"`
		Namespace string            `yaml:"namespace,omitempty"`
		Labels    map[string]string `yaml:"labels,omitempty"`
	}
	kubeJobSpec struct {
		Suspend              bool   `yaml:"suspend,omitempty"`
		Completions          int    `yaml:"completions"`
		Parallelism          int    `yaml:"parallelism"`
		CompletionMode       string `yaml:"completionMode"`
		BackoffLimitPerIndex int    `yaml:"backoffLimitPerIndex"`
		MaxFailedIndexes     int    `yaml:"maxFailedIndexes"`
		PodFailurePolicy     struct {
			Rules []kubeRule `yaml:"rules"`
		} `yaml:"podFailurePolicy"`
		Template struct {
			Metadata kubeMeta `yaml:"metadata"`
			Spec     kubePod  `yaml:"spec"`
		} `yaml:"template"`
	}
	kubeRule struct {
		Action          string          `yaml:"action"`
		OnExitCodes     *kubeExit       `yaml:"onExitCodes,omitempty"`
		OnPodConditions []kubeCondition `yaml:"onPodConditions,omitempty"`
	}
	kubeExit struct {
		ContainerName string `yaml:"containerName"`
		Operator      string `yaml:"operator"`
		Values        []int  `yaml:"values"`
	}
	kubeCondition struct {
		Type   string `yaml:"type"`
		Status string `yaml:"status"`
	}
	kubePod struct {
		RestartPolicy                 string          `yaml:"restartPolicy"`
		TerminationGracePeriodSeconds int             `yaml:"terminationGracePeriodSeconds"`
		SecurityContext               kubePodSecurity `yaml:"securityContext"`
		Containers                    []kubeContainer `yaml:"containers"`
		Volumes                       []kubeVolume    `yaml:"volumes"`
	}
	kubePodSecurity struct {
		RunAsNonRoot bool  `yaml:"runAsNonRoot"`
		RunAsUser    int64 `yaml:"runAsUser"`
		RunAsGroup   int64 `yaml:"runAsGroup"`
		FSGroup      int64 `yaml:"fsGroup"`
	}
	kubeContainer struct {
		Name       string    `yaml:"name"`
		Image      string    `yaml:"image"`
		Command    []string  `yaml:"command"`
		Args       []string  `yaml:"args"`
		WorkingDir string    `yaml:"workingDir"`
		Env        []kubeEnv `yaml:"env"`
		Resources  struct {
			Limits map[string]string `yaml:"limits"`
		} `yaml:"resources"`
		VolumeMounts []kubeMount `yaml:"volumeMounts"`
	}
	kubeEnv struct {
		Name  string `yaml:"name"`
		Value string `yaml:"value"`
	}
	kubeMount struct {
		Name      string `yaml:"name"`
		MountPath string `yaml:"mountPath"`
	}
	kubeVolume struct {
		Name                  string `yaml:"name"`
		PersistentVolumeClaim struct {
			ClaimName string `yaml:"claimName"`
		} `yaml:"persistentVolumeClaim"`
	}
)
