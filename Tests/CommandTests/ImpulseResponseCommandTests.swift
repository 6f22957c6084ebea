import ConvAudioKit
import Foundation
import TestSupport
import Testing

/// `--ir` and presets with convolutions, as a user meets them.
@Suite struct ImpulseResponseCommandTests {
  private func bench() throws -> Bench {
    let bench = try Bench()
    try bench.audio("dry.wav", encoding: .float32)
    return bench
  }

  /// Noise that dies away, as a file of floats.
  private func response(
    _ bench: Bench, _ name: String = "hall.wav", channels: Int = 2, frames: Int = 2000, rate: Int = 48_000
  ) throws {
    let noise = Signals.noise(channels: channels, frames: frames, amplitude: 0.1, seed: 5)
    let samples = noise.map { $0.enumerated().map { $1 * Float(exp(-4 * Double($0) / Double(frames))) } }
    try bench.audio(name, samples, encoding: .float32, sampleRateHz: rate)
  }

  @Test("A mono recording becomes a stereo hall beside it, and what a musician should know is said")
  func hall() throws {
    let bench = try bench()
    try response(bench)
    let outcome = try bench.program.run("process", "dry.wav", "--ir", "hall.wav", "--mix", "0.3", "--predelay", "20")
    #expect(outcome.status == 0 && outcome.output.hasPrefix("dry.hall.wav: 0:00 in "))
    let lines = outcome.errors.split(separator: "\n")
    #expect(lines.count == 2 && lines[0].hasPrefix("convaudio: dry.wav: hall.wav: peak gain "))
    #expect(lines.last == "convaudio: dry.wav: hall.wav: the output is stereo (mono input, stereo response).")
    let (info, output) = try bench.read("dry.hall.wav")
    try #require((info.channels, output[0].count) == (2, 3000 + 960 + 1999))
    // For 960 frames only the dry signal, on both channels.
    let dry = try bench.read("dry.wav").samples[0]
    #expect((0..<960).allSatisfy { abs(output[1][$0] - 0.7 * dry[$0]) < 1e-6 })
    // A number alone is milliseconds.
    for spelling in ["20ms", "0.02s"] {
      let same = try bench.program.run(
        "process", "dry.wav", "--ir", "hall.wav", "--mix", "0.3", "--predelay", spelling, "-o", "\(spelling).wav")
      #expect(same.status == 0)
      #expect(try bench.bytes("\(spelling).wav") == bench.bytes("dry.hall.wav"))
    }
  }

  @Test("A preset, a response, and both in sequence; tails by name and by seconds")
  func together() throws {
    let bench = try bench()
    try response(bench, channels: 1)
    #expect(try bench.program.run("process", "dry.wav", "-p", "tiny", "--ir", "hall.wav").status == 0)
    #expect(try bench.read("dry.tiny.hall.wav").samples[0].count == 4999)
    for (tail, frames) in [("keep", 4999), ("cut", 3000), ("0.01", 3480), ("10ms", 3480), ("2", 4999)] {
      let outcome = try bench.program.run(
        "process", "dry.wav", "--ir", "hall.wav", "--tail", tail, "-o", "\(tail).wav", "--ir-gain", "-6dB")
      #expect(outcome.status == 0)
      #expect(try bench.read("\(tail).wav").samples[0].count == frames)
    }
  }

  @Test("stream gives the bytes of process with the same latency, preset and pinned plan")
  func stream() throws {
    let bench = try bench()
    try response(bench)
    let plan = #", "plan": "grain 1 latency 512 direct 0 partitions 4x512""#
    for (name, keys) in [("free", ""), ("pinned", plan)] {
      let json = #"""
        {"format": "convaudio-preset", "version": 1, "name": "\#(name)", "description": "For tests",
         "stages": [{"type": "convolution", "response": "hall.wav", "mix": 0.4\#(keys)}]}
        """#
      try bench.write("\(name).json", Data(json.utf8))
    }
    for arguments in [
      "-p free --latency 0", "-p free --latency 1000", "-p pinned", "--ir hall.wav --latency 300 --mix 0.5",
    ] {
      let script = #"""
        "$0" process dry.wav \#(arguments) -o file.wav --force --quiet &&
        "$0" stream \#(arguments) --align --block 100 --quiet <dry.wav >stream.wav
        """#
      #expect(try bench.program.shell(script).status == 0)
      let (file, streamed) = (try bench.read("file.wav"), try bench.read("stream.wav"))
      #expect(firstBitDifference(file.samples, streamed.samples) == nil, "\(arguments)")
      #expect(file.samples[0].count == 3000 + 1999)
    }
  }

  @Test("Rows without a rate run at the response's, and are told so; with --rate the response is resampled")
  func rows() throws {
    let bench = try bench()
    try response(bench, channels: 1, frames: 100, rate: 44_100)
    try bench.write("rows.csv", Data((0..<50).map { "\($0)\n" }.joined().utf8))
    let without = try bench.program.shell(#""$0" stream --ir hall.wav --format csv --tail 0.0001 <rows.csv"#)
    #expect(without.status == 0 && without.output.split(separator: "\n").count == 50 + 5)
    #expect(
      without.errors.hasSuffix(
        "convaudio: the signal has no sample rate; the impulse response runs at its own, 44100 Hz, unless another is given.\n"
      ))
    let with = try bench.program.shell(#""$0" stream --ir hall.wav --format csv --rate 48000 <rows.csv"#)
    #expect(with.status == 0 && with.errors.contains("impulse response resampled 44100 → 48000 Hz"))
  }

  @Test("A response is not replaced without --force, may be its own input, and --jobs shares it")
  func files() throws {
    let bench = try bench()
    try response(bench)
    let before = try bench.bytes("hall.wav")
    let refused = try bench.program.run("process", "dry.wav", "--ir", "hall.wav", "-o", "hall.wav")
    #expect((refused.status, refused.errors) == (1, "convaudio: hall.wav: already exists; use --force to replace it.\n"))
    #expect(try bench.bytes("hall.wav") == before)
    #expect(try bench.program.run("process", "hall.wav", "--ir", "hall.wav").status == 0)
    #expect(try bench.read("hall.hall.wav").samples[0].count == 3999)
    for name in ["a.wav", "b.wav"] { try bench.write(name, bench.bytes("dry.wav")) }
    let many = try bench.program.run(
      "process", "dry.wav", "a.wav", "b.wav", "--ir", "hall.wav", "--jobs", "2", "-o", "out")
    #expect(many.status == 0)
    for name in ["a", "b"] { #expect(try bench.bytes("out/\(name).hall.wav") == bench.bytes("out/dry.hall.wav")) }
  }

  static let faults: [(arguments: [String], sentence: String)] = [
    (["--ir", "gone.wav"], "gone.wav: cannot be read: No such file or directory."),
    (["--ir", "empty.wav"], "empty.wav: is empty, expected an impulse response."),
    (["--ir", "nan.wav"], "nan.wav: the impulse response is NaN or infinite at frame 1."),
    (["--ir", "corrupt.wav"], "corrupt.wav: the header gives no fmt chunk"),
    (["--ir", "cut.wav"], "cut.wav: "),
    (["--ir", "."], ".: is a folder"),
    (["--ir", "/dev/zero"], "/dev/zero: is a device"),
    (["--ir", "wide.wav"], "wide.wav: has 65 channels"),
    (
      ["--ir", "64.wav", "--ir-channels", "mono"],
      "64.wav: has 64 channels and the signal has 1, but the routing mono takes one response."
    ),
    (
      ["--ir", "hall.wav", "--ir-channels", "true-stereo"],
      "hall.wav: has 2 channels and the signal has 1, but the routing true-stereo takes four responses and a signal of two channels."
    ),
    (
      ["--ir", "hall.wav", "--max-memory", "20K"],
      "hall.wav: the convolution needs "
    ),
    (
      ["--ir", "hall.wav", "--max-memory", "1K"],
      "hall.wav: the impulse response is 2000 frames long, expected at most 128; raise --max-memory."
    ),
    (["-p", "plan"], #"hall.wav: the plan "all" has no number after "grain" as word 1."#),
    (["-p", "short"], "hall.wav: the plan covers 128 frames of impulse response, expected at least 2000."),
    (["-p", "outside"], "outside.json: stages[0].response should be a relative path within the preset's folder"),
    (["-p", "key"], "key.json: stages[0].wet is not a key of this format"),
  ]

  @Test("What cannot be used is one sentence and exit 1, and leaves nothing", arguments: faults)
  func refused(_ fault: (arguments: [String], sentence: String)) throws {
    let bench = try bench()
    try response(bench)
    try response(bench, "wide.wav", channels: 65, frames: 10)
    try response(bench, "64.wav", channels: 64, frames: 10)
    try bench.audio("empty.wav", [[]], encoding: .float32)
    try bench.audio("nan.wav", [[0, .nan]], encoding: .float32)
    try bench.write("corrupt.wav", Data("RIFF1234WAVEjunk".utf8))
    try bench.write("cut.wav", bench.bytes("hall.wav").prefix(5000))
    for (name, keys) in [
      ("plan", #""response": "hall.wav", "plan": "all""#),
      ("short", #""response": "hall.wav", "plan": "grain 1 latency 0 direct 128""#),
      ("outside", #""response": "../hall.wav""#), ("key", #""response": "hall.wav", "wet": 1"#),
    ] {
      let json = #"""
        {"format": "convaudio-preset", "version": 1, "name": "\#(name)", "description": "For tests",
         "stages": [{"type": "convolution", \#(keys)}]}
        """#
      try bench.write("\(name).json", Data(json.utf8))
    }
    let before = try bench.files()
    let outcome = try bench.program.run(Program.path, ["process", "dry.wav", "-o", "new.wav"] + fault.arguments)
    #expect((outcome.status, outcome.output) == (1, ""))
    let errors = outcome.errors.replacingOccurrences(of: bench.directory.path + "/", with: "")
    #expect(errors.hasPrefix("convaudio: \(fault.sentence)") && errors.split(separator: "\n").count == 1, "\(errors)")
    #expect(try bench.files() == before)
    let script = #""$0" stream "$@" <dry.wav >new.wav"#
    let stream = try bench.program.shell(script, fault.arguments)
    // Another latency is another plan, and other memory.
    let streamErrors = stream.errors.replacingOccurrences(of: bench.directory.path + "/", with: "")
    #expect(stream.status == 1 && streamErrors.hasPrefix("convaudio: \(fault.sentence)"), "\(streamErrors)")
    #expect(try bench.bytes("new.wav").isEmpty)
  }

  static let misuses: [(arguments: [String], sentence: String)] = [
    (["-p", "tiny", "--ir-channels", "mono"], "--ir-channels needs an --ir."),
    (["-p", "tiny", "--ir-gain", "peak"], "--ir-gain needs an --ir."),
    (["-p", "tiny", "--predelay", "20"], "--predelay needs an --ir."),
    (["--ir", ""], "--ir is empty, expected an audio file."),
    (["--ir", "in.wav", "--ir-channels", "5.1"], "The value '5.1' is invalid for '--ir-channels <ir-channels>'"),
    (["--ir", "in.wav", "--ir-gain", "loud"], "The value 'loud' is invalid for '--ir-gain <none|peak|energy|dB>'"),
    (["--ir", "in.wav", "--ir-gain", "201"], "The value '201' is invalid for '--ir-gain <none|peak|energy|dB>'"),
    (["--ir", "in.wav", "--predelay", "61s"], "--predelay is 61000.0ms, expected at most 60 seconds."),
    (["--ir", "in.wav", "--predelay", "soon"], "The value 'soon' is invalid for '--predelay <time>'"),
    (["--ir", "in.wav", "--tail", "-1"], "Missing value for '--tail <keep|cut|time>'"),
    (["--ir", "in.wav", "--tail", "long"], "The value 'long' is invalid for '--tail <keep|cut|time>'"),
    (["--ir", "in.wav", "--latency", "1048577"], "--latency is 1048577, expected 0 to 1048576 frames."),
    (["--ir", "in.wav", "--max-memory", "4T"], "The value '4T' is invalid for '--max-memory <bytes>'"),
    (["--ir", "in.wav", "--max-memory", "0"], "The value '0' is invalid for '--max-memory <bytes>'"),
  ]

  @Test("Misuse is exit 64, and says what would be right", arguments: misuses)
  func misused(_ misuse: (arguments: [String], sentence: String)) throws {
    let bench = try bench()
    let outcome = try bench.program.run(Program.path, ["process", "dry.wav"] + misuse.arguments)
    #expect((outcome.status, outcome.output) == (64, ""))
    #expect(outcome.errors.hasPrefix("Error: \(misuse.sentence)"), "\(outcome.errors)")
    #expect(try bench.files() == ["dry.wav"])
  }

  @Test("info describes responses, and presets with them: level, plan, latency, memory")
  func info() throws {
    let bench = try bench()
    try bench.audio("two.wav", [[0, 1, 1], [0, 0, 0.5]], encoding: .float32)
    let outcome = try bench.program.run("info", "two.wav")
    #expect((outcome.status, outcome.errors) == (0, ""))
    let table = "The longest path has 3 taps; latency 0, grain 1, costs by the table zen5-2026-11."
    #expect(
      outcome.output.split(separator: "\n").map(String.init).prefix(5) == [
        "two.wav", "  responses        2 of 3 frames at 48000 Hz (0.00 s)", "  leading silence  1 frame",
        "  peak gain        6.0 dB", "  energy           3.0 dB",
      ])
    #expect(outcome.output.contains("  in a stream      2 to 2 channels, latency 0 frames, "))
    #expect(outcome.output.contains(table))

    let json = #"""
      {"format": "convaudio-preset", "version": 1, "name": "two", "description": "For tests",
       "stages": [{"type": "convolution", "response": "two.wav", "predelayMilliseconds": 5, "mix": 0.5,
        "plan": "grain 1 latency 0 direct 500"}]}
      """#
    try bench.write("two.json", Data(json.utf8))
    let preset = try bench.program.run("info", "two")
    #expect(preset.status == 0)
    for line in [
      "    routing          auto", "    level            none, 0.0 dB", "    predelay         5.0 ms",
      "    mix              0.5", "    plan             grain 1 latency 0 direct 500", "  channels           any",
    ] {
      #expect(preset.output.contains("\n\(line)\n"), "\(line) in \(preset.output)")
    }
    let explained = try bench.program.run("process", "dry.wav", "-p", "two", "--explain")
    #expect(explained.errors.contains("convaudio: \(bench.directory.path)/two.wav: grain 1 latency 0 direct 500; "))
    let report = try bench.program.run("process", "dry.wav", "-p", "two", "--json", "--explain", "--force")
    #expect(report.output.contains(#""explanation" : ["#))
    #expect(
      try !bench.program.run("process", "dry.wav", "-p", "two", "--json", "--force").output.contains("explanation"))
  }
}

/// Tables of costs of one's own.
@Suite struct TuneCommandTests {
  @Test("A table is measured, used, named by info, and refused when it is none")
  func table() throws {
    var bench = try Bench()
    try bench.audio("ir.wav", frames: 20_000, encoding: .float32)
    try bench.audio("dry.wav")
    let made = try bench.program.run("tune", "-o", "mine.txt", "--name", "desk")
    #expect((made.status, made.output, made.errors) == (0, "", ""))
    let text = String(decoding: try bench.bytes("mine.txt"), as: UTF8.self)
    #expect(text.hasPrefix("name desk\n"))
    #expect(try ConvolutionCosts(contentsOf: bench.path("mine.txt")).name == "desk")
    let again = try bench.program.run("tune", "-o", "mine.txt")
    #expect((again.status, again.errors) == (1, "convaudio: mine.txt: already exists; use --force to replace it.\n"))

    bench.program.environment["CONVAUDIO_COSTS"] = "mine.txt"
    #expect(try bench.program.run("info", "ir.wav").output.contains("costs by the table desk."))
    #expect(
      try bench.program.run("process", "dry.wav", "--ir", "ir.wav", "--explain").errors.contains("the table desk."))

    // Direct sums that cost nothing make a plan of nothing else: the table is what decides.
    let free = text.replacing(/multiplyAdd .*/.anchorsMatchLineEndings(), with: "multiplyAdd 1e-9", maxReplacements: 1)
    try bench.write("free.txt", Data(free.utf8))
    bench.program.environment["CONVAUDIO_COSTS"] = "free.txt"
    #expect(try bench.program.run("info", "ir.wav").output.contains("Taps 0 to 19999 are a direct sum"))

    let faults: [(name: String, text: String?, sentence: String)] = [
      (
        "bad.txt", "name x\nmultiplyAdd much\n",
        #"bad.txt: line 2 of the table of costs is "multiplyAdd much", expected 1 positive number after multiplyAdd."#
      ),
      ("less.txt", "name x\n", "less.txt: the table of costs has no multiplyAdd."),
      ("gone.txt", nil, "gone.txt: the file cannot be read: No such file or directory."),
      (".", nil, ".: expected a regular file, but this is a folder."),
      ("/dev/zero", nil, "/dev/zero: expected a regular file, but this is a device."),
    ]
    for fault in faults {
      if let text = fault.text { try bench.write(fault.name, Data(text.utf8)) }
      bench.program.environment["CONVAUDIO_COSTS"] = fault.name
      for arguments in [["info", "ir.wav"], ["process", "dry.wav", "--ir", "ir.wav", "-o", "new.wav"]] {
        let outcome = try bench.program.run(Program.path, arguments)
        #expect((outcome.status, outcome.output) == (1, ""))
        #expect(outcome.errors == "convaudio: CONVAUDIO_COSTS: \(fault.sentence)\n")
      }
    }
    #expect(try !bench.files().contains("new.wav"))
  }
}
