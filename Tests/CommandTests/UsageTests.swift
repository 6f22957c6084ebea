import Foundation
import Testing

@Suite struct UsageTests {
  @Test(
    "Usage errors exit 64 and say what would be right",
    arguments: [
      (
        ["process", "in.wav"],
        "Error: Nothing to apply: give --preset, --model, --models or --ir."
      ),
      (
        ["stream"], "Error: Nothing to apply: give --preset, --model or --ir."
      ),
      (["tune", "--name", "two words"], #"Error: --name is "two words", expected one word."#),
      (["tune", "-o", ""], "Error: --output is empty, expected the name of a file."),
      (["process", "-p", "tiny"], "Error: Missing expected argument '<inputs> ...'"),
      (
        ["process", "in.wav", "-p", "tiny", "--mix", "1.5"], "Error: --mix is 1.5, expected 0 to 1 or 0% to 100%; write 1.5% for percent."
      ),
      (
        ["process", "in.wav", "-p", "tiny", "--mix", "nan"], "Error: --mix is nan, expected 0 to 1 or 0% to 100%."
      ),
      (
        ["process", "in.wav", "-p", "tiny", "--gain-in", "201"],
        "Error: --gain-in is 201.0 dB, expected -200 to 200."
      ),
      (
        ["process", "in.wav", "-p", "tiny", "--jobs", "0"],
        "Error: --jobs is 0, expected 1 to 1024."
      ),
      (
        ["process", "in.wav", "-p", "tiny", "--threads", "1025"],
        "Error: --threads is 1025, expected 1 to 1024."
      ),
      (
        ["process", "in.wav", "-p", "tiny", "--max-channels", "1025"],
        "Error: --max-channels is 1025, expected 1 to 1024."
      ),
      (
        ["process", "in.wav", "-p", "tiny", "-o", ""],
        "Error: --output is empty, expected the name of a file or folder."
      ),
      (
        ["process", "in.wav", "-p", "tiny", "--bit-depth", "12"],
        "Error: The value '12' is invalid for '--bit-depth <bit-depth>'"
      ),
      (
        ["process", "in.wav", "-p", "tiny", "--rate-policy", "convert"],
        "Error: The value 'convert' is invalid for '--rate-policy <rate-policy>'"
      ),
      (["process", "in.wav", "-p", "tiny", "--colour"], "Error: Unknown option '--colour'"),
      (["nonsense"], "Error: nonsense is not a command, expected one of process, stream, "),
      (["info"], "Error: Nothing is named: give a model, a preset or an audio file, or a chain with -p, --model or --ir."),
      (
        ["convolve", "x.npy", "-o", "y.npy"], "Error: Missing expected argument '--kernel <kernel>'"
      ),
      (
        ["convolve", "x.npy", "--kernel", "w.npy"],
        "Error: Missing expected argument '--output <output>'"
      ),
    ]
      + [
        (["--threads", "0"], "--threads is 0, expected 1 to 1024."),
        (["--stride", "two"], "--stride is two, expected whole numbers such as 2 or 2,1."),
        (["--dilation", ""], "--dilation is empty, expected whole numbers such as 2 or 2,1."),
        (
          ["--padding", "1:2:3"],
          "--padding is 1:2:3, expected valid, same, same-upper, same-lower, full, causal, or numbers such as 1, 1,2 or 1:2."
        ),
        (
          ["--padding", "same", "--transposed"],
          "--padding is same, expected valid, or numbers such as 1, 1,2 or 1:2 with --transposed."
        ),
        (["--mode", "mirror"], "The value 'mirror' is invalid for '--mode <mode>'."),
        (
          ["--constant", "-1", "--mode", "reflect"],
          "--constant and --mode reflect cannot be combined."
        ),
        (["--rank", "7"], "--rank is 7, expected 1 to 6."),
        (["--output-padding", "1"], "--output-padding needs --transposed."),
        (
          ["--transposed", "--flip"],
          "--flip and --transposed cannot be combined."
        ),
        (
          ["--transposed", "--mode", "circular"],
          "--transposed does not pad; leave --mode and --constant out."
        ),
        (["--bias", ""], "--bias is empty, expected the name of a file."),
        (["--bias", "-"], "- is given more than once, but standard input holds only one array."),
      ].map { (["convolve", "-", "--kernel", "w.npy", "-o", "y.npy"] + $0.0, "Error: \($0.1)") })
  func usage(arguments: [String], sentence: String) throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    let outcome = try bench.program.run(Program.path, arguments)
    #expect((outcome.status, outcome.output) == (64, ""))
    #expect(outcome.errors.hasPrefix(sentence), "\(outcome.errors)")
    #expect(try bench.files() == ["in.wav"])
  }
}
