import ConvAudioKit
import Foundation
import TestSupport
import Testing

/// The chain is what the command line says, from left to right.
@Suite struct ChainCommandTests {
  /// A response that doubles, a model that halves, and an input.
  private func bench() throws -> Bench {
    let bench = try Bench()
    try bench.audio("in.wav", encoding: .float32)
    try bench.audio("double.wav", [[2]], encoding: .float32)
    try bench.audio("late.wav", [[0, 0, 0, 1]], encoding: .float32)
    try bench.write("half.nam", Data(Self.linear(gain: 0.5).utf8))
    let preset = #"""
      {"format": "convaudio-preset", "version": 1, "name": "NAME", "description": "For tests",
       "stages": [{"type": "convolution", "response": "double.wav"}]}
      """#
    try bench.write("double.json", Data(preset.replacingOccurrences(of: "NAME", with: "double").utf8))
    return bench
  }

  private static func linear(gain: Float) -> String {
    #"{"version":"0.5.4","architecture":"Linear","sample_rate":48000,"#
      + #""config":{"receptive_field":1,"bias":false},"weights":[\#(gain)]}"#
  }

  /// The first output divided by the input, where the chain is a gain.
  private func gain(_ bench: Bench, _ arguments: String, output: String = "out.wav") throws -> Float {
    let words = ["process", "in.wav", "-o", output, "--force"] + arguments.split(separator: " ").map(String.init)
    let outcome = try bench.program.run(Program.path, words)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let (x, y) = (try bench.read("in.wav").samples[0], try bench.read(output).samples[0])
    let gains = (10..<2000).filter { abs(x[$0]) > 0.1 }.map { y[$0] / x[$0] }
    let first = try #require(gains.first)
    #expect(gains.allSatisfy { abs($0 - first) < 1e-4 })
    return first
  }

  @Test(
    "Levels belong to the stage that they follow, or to all when no stage came before",
    arguments: [
      ("--model half.nam --ir double.wav", 1), ("--ir double.wav --ir double.wav", 4),
      // 0.5, then half of 1 and half of 0.5.
      ("--model half.nam --ir double.wav --mix 0.5", 0.75), ("--model half.nam --mix 50% --ir double.wav", 1.5),
      ("--mix 50% --model half.nam --ir double.wav", 1), ("--mix 0.5 --ir double.wav --ir double.wav", 2.5),
      ("--ir double.wav --mix 0.5 --ir double.wav --mix 0.25", 1.875),
      ("--ir double.wav --gain 6.0206 --mix 0.5 --model half.nam", 1.5),
      ("--gain 6.0206dB --model half.nam --mix 0.5", 1.5), ("--ir double --mix 30%", 1.3),
      ("--gain-in -6.0206dB --mix 0.5 --ir double.wav --gain-out 6.0206", 1.5),
      ("-p double --mix 0.3 --mono-is-not-an-option", -1), ("--ir double --ir-gain -6.0206dB --ir double.wav", 4 * 0.5),
    ] as [(String, Float)])
  func levels(_ arguments: String, _ expected: Float) throws {
    let bench = try bench()
    guard expected > 0 else {
      let words = ["process", "in.wav"] + arguments.split(separator: " ").map(String.init)
      #expect(try bench.program.run(Program.path, words).status == 64)
      return
    }
    #expect(abs(try gain(bench, arguments) - expected) < 1e-3)
  }

  @Test("Every run prints its chain once, as it runs; not with --quiet", arguments: ["process", "stream", "verify", "info", "bench"])
  func printed(_ command: String) throws {
    let bench = try bench()
    let chain = ["--model", "half.nam", "-p", "double", "--ir", "late.wav", "--predelay", "20ms", "--mix", "30%"]
    let text = "half (.nam) → double → late (.wav, 20 ms predelay, 30 % wet)"
    switch command {
    case "process":
      try bench.audio("b.wav")
      let outcome = try bench.program.run(Program.path, ["process", "in.wav", "b.wav"] + chain + ["--gain-out", "-3"])
      #expect((outcome.status, outcome.chains) == (0, [text + "; all: -3 dB"]))
      #expect(try bench.program.run(Program.path, ["process", "in.wav", "--quiet", "--force"] + chain).chains == [])
    case "stream":
      #expect(try bench.program.shell(#""$0" stream "$@" < in.wav > out.wav"#, chain).chains == [text])
      #expect(try bench.program.shell(#""$0" stream --quiet "$@" < in.wav > out.wav"#, chain).chains == [])
    default:
      let extra = command == "bench" ? ["--blocks", "64", "--seconds", "0.01"] : []
      let outcome = try bench.program.run(Program.path, [command] + chain + extra)
      #expect((outcome.status, outcome.chains) == (0, [text]), "\(outcome.errors)")
      #expect(command == "info" ? outcome.output.contains("stage 3.1: convolution") : outcome.output.hasPrefix(text))
    }
  }

  @Test("A stage's tail counts by itself")
  func tails() throws {
    let bench = try bench()
    for (arguments, frames) in [
      ("--ir late.wav --ir late.wav", 3006), ("--ir late.wav --tail cut --ir late.wav", 3003),
      ("--tail cut --ir late.wav --ir late.wav", 3000), ("--ir late.wav --ir late.wav --tail 0.02ms", 3004),
    ] {
      let words = ["process", "in.wav", "-o", "out.wav", "--force"] + arguments.split(separator: " ").map(String.init)
      #expect(try bench.program.run(Program.path, words).status == 0)
      #expect(try bench.read("out.wav").samples[0].count == frames, "\(arguments)")
    }
  }

  @Test("The same chain gives the same bytes as a file and in a pipe, and verify holds")
  func everywhere() throws {
    let bench = try bench()
    let chain = ["-p", "tiny", "--mix", "70%", "--ir", "late.wav", "--mix", "0.4", "--gain", "-2dB"]
    let script = #"""
      "$0" process in.wav "$@" --latency 0 -o file.wav --quiet &&
      "$0" stream "$@" --align --block 100 --quiet <in.wav >stream.wav
      """#
    #expect(try bench.program.shell(script, chain).status == 0)
    #expect(firstBitDifference(try bench.read("file.wav").samples, try bench.read("stream.wav").samples) == nil)
    #expect(try bench.program.run(Program.path, ["verify", "--frames", "2000"] + chain).status == 0)
  }

  @Test("One of many models is where --models is")
  func models() throws {
    let bench = try bench()
    let arguments = ["process", "in.wav", "--ir", "double.wav", "--models", "*.nam", "--ir", "late.wav", "-o", "out/"]
    let outcome = try bench.program.run(Program.path, arguments)
    #expect((outcome.status, outcome.chains) == (0, ["double (.wav) → every model → late (.wav)"]))
    #expect(try bench.read("out/in.double.half.late.wav").samples[0].count == 3003)
  }

  static let misuses: [(arguments: String, sentence: String)] = [
    ("--mix 0.3 --mix 0.2 -p tiny", "--mix is given twice before the first stage"),
    ("-p tiny --mix 0.3 --mix 0.2", "--mix is given twice after -p tiny"),
    ("-p tiny --threads 1 --threads 2", "--threads is given twice, and can be given once."),
    ("-p tiny -o a.wav --output=b.wav", "--output is given twice, and can be given once."),
    ("--model half.nam --predelay 20 --ir late.wav", "--predelay is for an impulse response, and follows --model half.nam; put it after an --ir."),
    ("--model half.nam --ir late.wav --normalize-loudness", "--normalize-loudness is for a model, and follows --ir late.wav; put it after a --model."),
    ("-p tiny --mix 30", "--mix is 30, expected 0 to 1 or 0% to 100%; write 30% for percent."),
    ("--modell half.nam -p tiny", "Unknown option '--modell'; did you mean --model?"),
    ("-model half.nam", "Unknown option '-model'; did you mean --model?"),
    ("-p tiny --gane-out 3", "Unknown option '--gane-out'; did you mean --gain-out?"),
  ]

  @Test("Slips are exit 64, and blamed on what is wrong", arguments: misuses)
  func misused(_ misuse: (arguments: String, sentence: String)) throws {
    let bench = try bench()
    let words = ["process", "in.wav"] + misuse.arguments.split(separator: " ").map(String.init)
    let outcome = try bench.program.run(Program.path, words)
    #expect((outcome.status, outcome.output) == (64, ""))
    #expect(outcome.errors.hasPrefix("Error: \(misuse.sentence)"), "\(outcome.errors)")
    #expect(outcome.errors.hasSuffix("\nUsage: convaudio process [<options>] <inputs> ...\n  See 'convaudio process --help' for more information.\n"))
  }

  @Test("Units may be written, and are worth what they say")
  func units() throws {
    let bench = try bench()
    for (a, b) in [
      ("--ir late.wav --latency 480", "--ir late.wav --latency 10ms"),
      ("--ir late.wav --predelay 20", "--ir late.wav --predelay 0.02s"),
      ("--ir late.wav --tail 0.00003", "--ir late.wav --tail 0.03ms"),
      ("--ir double.wav --mix 0.3", "--ir double.wav --mix 30%"),
      ("--ir double.wav --gain -3 --ir-gain -2", "--ir double.wav --gain -3dB --ir-gain -2dB"),
      ("-p tiny --gain-in -3 --gain-out 2", "-p tiny --gain-in -3dB --gain-out +2dB"),
    ] {
      for (name, text) in [("a.wav", a), ("b.wav", b)] {
        let words = ["process", "in.wav", "-o", name, "--force"] + text.split(separator: " ").map(String.init)
        let outcome = try bench.program.run(Program.path, words)
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      #expect(try bench.bytes("a.wav") == bench.bytes("b.wav"), "\(a)")
    }
    let latency = try bench.program.run("process", "in.wav", "--ir", "late.wav", "--latency", "10ms", "--explain", "-o", "c.wav")
    #expect(latency.errors.contains("latency 480"))
    #expect(try bench.program.run("bench", "double", "--seconds", "10ms", "--blocks", "64").status == 0)
    #expect(try bench.program.run("verify", "half.nam", "--frames", "100", "--tolerance", "-80dB").status == 0)
  }

  @Test("Names are suggested")
  func suggestions() throws {
    let bench = try bench()
    #expect(try bench.program.run("proces", "in.wav").errors.hasPrefix("Error: proces is not a command; did you mean process?\n"))
    #expect(try bench.program.run("process", "in.wav", "-p", "doubel").errors.contains("; did you mean double? "))
    #expect(
      try bench.program.run("process", "in.wav", "--ir", "doubl").errors
        == "convaudio: doubl: there is no such file or preset; did you mean double?\n")
    #expect(
      try bench.program.run("process", "in.wav", "--ir", "xyz").errors
        .hasPrefix("convaudio: xyz: there is no such file or preset, expected an audio file or one of "))
  }

  @Test("What has no effect says so")
  func withoutEffect() throws {
    let bench = try bench()
    let arguments = ["--model", "half.nam", "--slim", "0.5", "-p", "tiny", "--tail", "cut", "-o", "out.wav"]
    let outcome = try bench.program.run(Program.path, ["process", "in.wav"] + arguments)
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("convaudio: --slim has no effect on half.nam, which has one size.\n"))
    #expect(outcome.errors.contains("convaudio: --tail has no effect on tiny, which has no tail.\n"))
    let latency = try bench.program.run("process", "in.wav", "-p", "tiny", "--latency", "0")
    #expect(latency.errors == "convaudio: --latency has no effect, because there is no impulse response.\n")
  }
}
