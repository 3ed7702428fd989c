"""The tests of jupyter_kernel_test, for the kernel longseq.

Its tests of a pager, of results that are not displays, of a history and of clearing outputs do not apply: the
dialect has none of these.
"""

import unittest

import jupyter_kernel_test


class Kernel(jupyter_kernel_test.KernelTests):
    kernel_name = "longseq"
    language_name = "go"
    file_extension = ".go"
    code_hello_world = '%%\nfmt.Println("hello, world")'
    code_stderr = '%%\nfmt.Fprintln(os.Stderr, "oops")'
    code_generate_error = '%%\npanic("oops")'
    code_display_data = [{"code": "%help", "mime": "text/markdown"}]
    code_inspect_sample = "strings.ToUpper"
    completion_samples = [{"text": "strings.ToUpp", "matches": {"ToUpper", "ToUpperSpecial"}}]
    complete_code_samples = ["func f() {}", "x := 1", "%%\nfmt.Println(1)"]
    incomplete_code_samples = ["func f() {", "%%\nfmt.Println(", "x := `a"]
    invalid_code_samples = ["f)", "func f() {]"]


class Welcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "longseq"
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main()
