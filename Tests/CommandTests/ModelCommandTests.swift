import ConvAudioKit
import Foundation
import TestSupport
import Testing

/// `--model`, `--models` and `--chain`: Linear models, whose answers are known.
@Suite struct ModelCommandTests {
  /// y = gain · x, as a model that says how loud it is and which level it was made for.
  private static func linear(gain: Double, rate: String = #","sample_rate":48000"#) -> String {
    """
    {"version":"0.5.4","architecture":"Linear","config":{"receptive_field":1,"bias":false},"weights":[\(gain)]\(rate),\
    "metadata":{"loudness":-12,"input_level_dbu":12}}
    """
  }

  private func bench() throws -> Bench {
    let bench = try Bench()
    try bench.write("half.nam", Data(Self.linear(gain: 0.5).utf8))
    try bench.write("quarter.nam", Data(Self.linear(gain: 0.25).utf8))
    return bench
  }

  private func same(_ a: [Float], _ b: [Float], _ factor: Float, within tolerance: Float = 0) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - factor * $1) <= tolerance }
  }

  @Test("models run in sequence, after a preset and before an impulse response; the output is named after all of them")
  func chain() throws {
    let bench = try bench()
    let x = try bench.audio("in.wav", encoding: .float32)[0]
    try bench.audio("ir.wav", [[0.5, 0, 0, 0]], encoding: .float32)
    #expect(
      try bench.program.run("process", "in.wav", "--model", "half.nam", "--model", "quarter.nam", "--tail", "cut")
        .status
        == 0)
    #expect(same(try bench.read("in.half.quarter.wav").samples[0], x, 0.125))
    let all = try bench.program.run(
      "process", "in.wav", "-p", "tiny", "--model", "half.nam", "--ir", "ir.wav", "--tail", "cut", "--quiet")
    #expect((all.status, all.errors) == (0, ""))
    #expect(try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "tiny.wav").status == 0)
    #expect(
      same(try bench.read("in.tiny.half.ir.wav").samples[0], try bench.read("tiny.wav").samples[0], 0.25, within: 1e-6))
    // A pipe gets the same.
    #expect(
      try bench.program.shell(
        #"cat in.wav | "$0" stream --model half.nam --model quarter.nam --tail cut --quiet > piped.wav"#
      ).status == 0)
    #expect(same(try bench.read("piped.wav").samples[0], x, 0.125))
  }

  @Test("loudness of the last model and the input level of the first, by their metadata")
  func levels() throws {
    let bench = try bench()
    let x = try bench.audio("in.wav", encoding: .float32)[0]
    let arguments = ["process", "in.wav", "--model", "half.nam", "--model", "quarter.nam", "--tail", "cut", "-o"]
    #expect(try bench.program.run(Program.path, arguments + ["loud.wav", "--normalize-loudness"]).status == 0)
    #expect(same(try bench.read("loud.wav").samples[0], x, 0.125 * Float(pow(10, -6.0 / 20)), within: 1e-6))
    #expect(try bench.program.run(Program.path, arguments + ["hot.wav", "--input-level-dbu", "6"]).status == 0)
    #expect(same(try bench.read("hot.wav").samples[0], x, 0.125 * Float(pow(10, -6.0 / 20)), within: 1e-6))
    try bench.write(
      "mute.nam",
      Data(Self.linear(gain: 1).replacing(#","metadata":{"loudness":-12,"input_level_dbu":12}"#, with: "").utf8))
    let outcome = try bench.program.run("process", "in.wav", "--model", "mute.nam", "--input-level-dbu", "6")
    #expect(
      (outcome.status, outcome.errors)
        == (
          1,
          "convaudio: mute.nam: has no number for input_level_dbu in its metadata; leave --input-level-dbu out.\n"
        ))
  }

  @Test("a chain names files outside its folder only when it is allowed to; its gain stage is one")
  func chainFile() throws {
    let bench = try bench()
    let x = try bench.audio("in.wav", encoding: .float32)[0]
    try FileManager.default.createDirectory(atPath: bench.path("rigs"), withIntermediateDirectories: true)
    let gain = 20 * log10(0.5)
    try bench.write(
      "rigs/rig.json",
      Data(
        """
        {"format":"convaudio-preset","version":1,"name":"rig","description":"","stages":[\
        {"type":"gain","gainDecibels":\(gain)},{"type":"nam","model":"../half.nam","mix":0.5}]}
        """.utf8))
    let refused = try bench.program.run("process", "in.wav", "--chain", "rigs/rig.json")
    #expect(refused.status == 1)
    #expect(
      refused.errors
        == #"convaudio: rigs/rig.json: stages[1].model should be a relative path within the preset's folder, but is "../half.nam".\#n"#
    )
    #expect(
      try bench.program.run(
        "process", "in.wav", "--chain", "rigs/rig.json", "--allow-outside", "--tail", "cut", "-o", "out.wav"
      ).status == 0)
    #expect(same(try bench.read("out.wav").samples[0], x, 0.375, within: 1e-6))
  }

  @Test("a file at another sample rate is resampled there and back, or the dilations are stretched, and a line says so")
  func rates() throws {
    let bench = try Bench()
    try bench.audio("in.wav", frames: 6000, encoding: .float32, sampleRateHz: 96_000)
    let model = """
      {"version":"0.5.4","architecture":"ConvNet","config":{"channels":2,"dilations":[1,2],"batchnorm":false,\
      "activation":"Tanh"},"weights":[\((0..<19).map { "\(Double($0 % 7 - 3) / 8)" }.joined(separator: ","))],"sample_rate":48000}
      """
    try bench.write("amp.nam", Data(model.utf8))
    let dilated = try bench.program.run("process", "in.wav", "--model", "amp.nam", "--rate-policy", "dilate")
    #expect(dilated.status == 0)
    #expect(
      dilated.errors
        == "convaudio: in.wav: dilations stretched 2 times for 96000 Hz: the same sound below 24000 Hz with less aliasing, and above it a mirror image of the response below.\n"
    )
    // Every second frame goes through the model as if alone.
    let (input, output) = (try bench.read("in.wav").samples[0], try bench.read("in.amp.wav").samples[0])
    for phase in 0..<2 {
      let alone = stride(from: phase, to: input.count, by: 2).map { input[$0] }
      try bench.audio("alone.wav", [alone], encoding: .float32)
      #expect(try bench.program.run("process", "alone.wav", "--model", "amp.nam", "--force").status == 0)
      let expected = try bench.read("alone.amp.wav").samples[0]
      #expect(stride(from: phase, to: output.count, by: 2).map { output[$0] } == expected)
    }
    try bench.audio("odd.wav", encoding: .float32, sampleRateHz: 44_100)
    let odd = try bench.program.run("process", "odd.wav", "--model", "amp.nam", "--rate-policy", "dilate")
    #expect(odd.status == 1)
    #expect(
      odd.errors
        == "convaudio: odd.wav: the dilations of model amp cannot be stretched to its sample rate: 44100 Hz is not a whole multiple of 48000 Hz; use --rate-policy resample to convert it there and back.\n"
    )
    let resampled = try bench.program.run("process", "odd.wav", "--model", "amp.nam")
    #expect((resampled.status, resampled.errors) == (0, "convaudio: odd.wav: resampled 44100 → 48000 → 44100 Hz.\n"))
  }

  // MARK: - Many models

  @Test("every model on every input, by pattern, by folder, by names of one's own; what is there is skipped")
  func batch() throws {
    let bench = try bench()
    let x = try ["a.wav", "b.wav"].map { try bench.audio($0, encoding: .float32)[0] }
    let first = try bench.program.run(
      "process", "a.wav", "b.wav", "--models", "*.nam", "-o", "out", "--jobs", "2", "--tail", "cut", "--quiet")
    #expect((first.status, first.output, first.errors) == (0, "", ""))
    for (name, x) in zip(["a", "b"], x) {
      #expect(same(try bench.read("out/\(name).half.wav").samples[0], x, 0.5))
      #expect(same(try bench.read("out/\(name).quarter.wav").samples[0], x, 0.25))
    }
    try FileManager.default.removeItem(atPath: bench.path("out/b.half.wav"))
    try bench.write("out/a.half.wav", Data("kept".utf8))
    let again = try bench.program.run(
      "process", "a.wav", "b.wav", "--models", ".", "--models", "half.nam", "-o", "out", "--tail", "cut")
    #expect(again.status == 0)
    let lines = again.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 4)
    #expect(lines.filter { $0.hasSuffix(": exists, skipped") }.count == 3)
    #expect(try bench.bytes("out/a.half.wav") == Data("kept".utf8))
    #expect(same(try bench.read("out/b.half.wav").samples[0], x[1], 0.5))
    let forced = try bench.program.run(
      "process", "a.wav", "--models", "{half,quarter}.nam", "--names", "out/{model}/{input}.flac", "--force", "--json")
    #expect(forced.status == 0)
    #expect(forced.output.contains(#""chain" : "half""#) && forced.output.contains(#""output" : "out/quarter/a.flac""#))
    #expect(try bench.read("out/quarter/a.flac").info.container == .flac)
  }

  @Test("a model that cannot be read fails its own outputs and no others")
  func brokenModel() throws {
    let bench = try bench()
    try bench.audio("in.wav")
    try bench.write("broken.nam", Data(#"{"version":"0.5.4"}"#.utf8))
    let outcome = try bench.program.run("process", "in.wav", "--models", "*.nam", "-o", "out/")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("convaudio: broken.nam: config is missing.\n"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: bench.path("out")).sorted() == [
        "in.half.wav", "in.quarter.wav",
      ])
  }

  @Test(
    "what cannot be meant is refused",
    arguments: [
      (["--models", "*.none"], 1, "*.none: no .nam file matches."),
      (["--models", "*.nam", "-o", "-"], 64, "--models writes several files; give a folder as --output."),
      (["--models", "*.nam", "--names", "{in}.wav"], 64, "--names has {in}, expected {input}, {model}, {extension}."),
      (["--models", "*.nam", "--names", "{input"], 64, "--names has {input, expected {input}, {model}, {extension}."),
      (
        ["--models", "*.nam", "--names", "x.wav"], 1,
        "x.wav: would be written for in.wav through both half and quarter; put {model} into the name."
      ),
      (
        ["--slim", "0.5", "-p", "tiny"], 64,
        "--slim needs a --model."
      ),
      (["--model", "half.nam", "--slim", "1.5"], 64, "--slim is 1.5, expected 0 to 1 or 0% to 100%"),
      (
        ["--model", "half.nam", "--input-level-dbu", "300"], 64, "--input-level-dbu is 300.0 dBu, expected -200 to 200."
      ),
      (["--model", ""], 64, "--model is empty, expected a file."),
      (["in.wav", "--model", "half.nam"], 1, "in.half.wav: would be written for in.wav more than once; name it once."),
      (
        ["quarter.nam", "--models", "half.nam"], 64,
        "quarter.nam is a model, not audio; put the pattern of --models in quotes, or write --model before each model."
      ),
      (
        ["--models", "half.nam", "-o", "in.wav"], 1,
        "in.wav: is an input, and would count as the output of in.wav; leave it out, or write into another folder."
      ),
      (
        ["--models", "*.nam", "-o", "in.wav"], 1,
        "in.wav: is a file, expected a folder for 1 input and 2 models."
      ),
    ])
  func refused(arguments: [String], status: Int32, sentence: String) throws {
    let bench = try bench()
    try bench.audio("in.wav")
    let outcome = try bench.program.run(Program.path, ["process", "in.wav"] + arguments)
    #expect(outcome.status == status)
    #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
    #expect(try bench.files() == ["half.nam", "in.wav", "quarter.nam"])
  }

  @Test("models of one name in two folders are not written over each other")
  func sameNames() throws {
    let bench = try bench()
    try bench.audio("in.wav")
    for folder in ["a", "b"] {
      try FileManager.default.createDirectory(atPath: bench.path(folder), withIntermediateDirectories: true)
      try bench.write("\(folder)/amp.nam", Data(Self.linear(gain: 1).utf8))
    }
    let outcome = try bench.program.run("process", "in.wav", "--models", "*/amp.nam", "-o", "out/")
    #expect(outcome.status == 1)
    #expect(
      outcome.errors
        == """
        convaudio: out/in.amp.wav: would be written for in.wav through two models called amp; \
        process them into different folders.

        """)
  }

  @Test("metadata that would silence the output are refused")
  func strangeMetadata() throws {
    let bench = try bench()
    try bench.audio("in.wav")
    for (loudness, sentence) in [
      ("1e308", "the gains add up to 0.0 dB before the model and -1e+308 dB after it, expected -400 to 400."),
      ("-500", "the gains add up to 0.0 dB before the model and 482.0 dB after it, expected -400 to 400."),
    ] {
      let text = Self.linear(gain: 1).replacing(#""loudness":-12"#, with: "\"loudness\":\(loudness)")
      try bench.write("odd.nam", Data(text.utf8))
      let outcome = try bench.program.run("process", "in.wav", "--model", "odd.nam", "--normalize-loudness")
      #expect((outcome.status, outcome.errors) == (1, "convaudio: odd.nam: \(sentence)\n"))
    }
  }

  // MARK: - verify, bench, info

  @Test("a size, and files outside a preset's folder, can be described, measured and verified")
  func subjects() throws {
    let bench = try bench()
    let models = [(0.5, 0.25), (1, 0.5)].map { limit, gain in
      "{\"max_value\":\(limit),\"model\":\(Self.linear(gain: gain))}"
    }
    try bench.write(
      "sizes.nam",
      Data(
        """
        {"version":"0.7.0","architecture":"SlimmableContainer","config":{"submodels":[\(models.joined(separator: ","))]},\
        "weights":[]}
        """.utf8))
    #expect(try bench.program.run("info", "sizes.nam").output.contains("    size             1.0 of 0 to 1\n"))
    #expect(
      try bench.program.run("info", "sizes.nam", "--slim", "0").output.contains("    size             0.0 of 0 to 1\n"))
    #expect(!(try bench.program.run("info", "half.nam").output.contains("    size ")))
    let x = try bench.audio("in.wav", encoding: .float32)
    try bench.audio("small.wav", x.map { $0.map { 0.25 * $0 } }, encoding: .float32)
    let verify = ["verify", "sizes.nam", "--input", "in.wav", "--reference", "small.wav"]
    #expect(try bench.program.run(Program.path, verify).status == 1)
    #expect(try bench.program.run(Program.path, verify + ["--slim", "0"]).status == 0)
    #expect(
      try bench.program.run("verify", "tiny.json", "--slim", "0").errors.hasPrefix("Error: --slim needs a --model.\n"))
    #expect(try bench.program.run("bench", "half.nam", "--slim", "2").status == 64)

    try FileManager.default.createDirectory(atPath: bench.path("rigs"), withIntermediateDirectories: true)
    let stage = #"{"type":"nam","model":"../half.nam"}"#
    try bench.write(
      "rigs/rig.json",
      Data(
        #"{"format":"convaudio-preset","version":1,"name":"rig","description":"","stages":[\#(stage)]}"#.utf8))
    for arguments in [["info"], ["bench", "--blocks", "64", "--seconds", "0.01"]] {
      #expect(try bench.program.run(Program.path, arguments + ["rigs/rig.json"]).status != 0)
      let allowed = try bench.program.run(Program.path, arguments + ["--allow-outside", "rigs/rig.json"])
      #expect((allowed.status, allowed.errors) == (0, ""))
    }
  }

  @Test("what a maker wrote cannot move the cursor or turn the line")
  func printable() throws {
    let bench = try bench()
    let text = Self.linear(gain: 1).replacing(
      #""loudness":-12"#, with: "\"name\":\"a\\u001b[2J\\n\\u202eb\"")
    try bench.write("odd.nam", Data(text.utf8))
    let output = try bench.program.run("info", "odd.nam").output
    #expect(output.hasPrefix("odd: a[2Jb\n") && output.contains("    name             a[2Jb\n"))
  }

  @Test("verify holds for a preset, exits with 1 where too much is asked or another program differs")
  func verify() throws {
    let bench = try bench()
    let holds = try bench.program.run("verify", "tiny.json", "--frames", "2000")
    #expect((holds.status, holds.errors) == (0, ""))
    #expect(holds.output.hasPrefix("tiny.json: 2000 frames\n  block sizes        same bits: blocks of 1 frame, "))
    #expect(holds.output.hasSuffix("\nholds\n") && holds.output.contains("  rounding           at most 0."))
    let strict = try bench.program.run("verify", "tiny.json", "--frames", "2000", "--tolerance", "-300")
    #expect(strict.status == 1 && strict.output.hasSuffix("\ndoes not hold\n"))
    #expect(strict.output.contains(" dB, expected at most -300.0 dB\n"))
    let x = try bench.audio("in.wav", encoding: .float32)
    try bench.audio("right.wav", x.map { $0.map { 0.5 * $0 } }, encoding: .float32)
    try bench.audio("wrong.wav", x.map { $0.map { 0.51 * $0 } }, encoding: .float32)
    let right = try bench.program.run("verify", "half.nam", "--input", "in.wav", "--reference", "right.wav", "--json")
    #expect(right.status == 0 && right.output.contains(#""holds" : true"#))
    let wrong = try bench.program.run("verify", "half.nam", "--input", "in.wav", "--reference", "wrong.wav")
    #expect(
      wrong.status == 1 && wrong.output.contains("  reference          error -34.2 dB, expected at most -90.0 dB\n"))
    #expect(wrong.output.contains("level -0.172"))
    let none = try bench.program.run("verify", "half.nam", "--reference", "wrong.wav")
    #expect(none.status == 64)
    try bench.audio("rate.wav", sampleRateHz: 44_100)
    #expect(
      try bench.program.run("verify", "half.nam", "--input", "rate.wav").errors
        == "convaudio: rate.wav: has a sample rate of 44100 Hz, but half.nam was made for 48000 Hz.\n")
  }

  @Test("bench prints a line for each block size, info an estimate")
  func speed() throws {
    let bench = try bench()
    let outcome = try bench.program.run("bench", "tiny.json", "--blocks", "16", "64", "--seconds", "0.01")
    #expect((outcome.status, outcome.errors) == (0, ""))
    let lines = outcome.output.split(separator: "\n")
    try #require(lines.count == 6)
    #expect(lines[5].hasPrefix("That is ") && lines[5].hasSuffix(" multiply-adds alone."))
    #expect(lines[2].hasPrefix("     16 ") && lines[3].hasPrefix("     64 "))
    #expect(lines[4].hasPrefix("One core runs ") && lines[4].hasSuffix(" in blocks of 64 frames."))
    let json = try bench.program.run("bench", "half.nam", "--blocks", "64", "--seconds", "0.01", "--json")
    #expect(json.status == 0 && json.output.contains(#""timesRealTime" : "#))
    let info = try bench.program.run("info", "half.nam")
    #expect(info.status == 0)
    for text in [
      "stage 1: Linear of half.nam", "loudness         -12.0 dB", "  times real time    ", " in blocks of 512\n",
    ] {
      #expect(info.output.contains(text), "\(text)")
    }
  }
}
