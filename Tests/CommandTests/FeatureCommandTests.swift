import ConvAudioKit
import Foundation
import TestSupport
import Testing

@Suite struct FeatureCommandTests {
  /// Noise, and in every second series a bump; `.ts` with labels.
  private static func text(_ cases: Int, points: Int, seed: UInt64) -> String {
    var text = "@problemName bumps\n@univariate true\n@classLabel true bump none\n@data\n"
    for index in 0..<cases {
      var values = Signals.noise(frames: points, seed: seed &+ UInt64(index))
      if index.isMultiple(of: 2) { for t in 30..<50 { values[t] += t.isMultiple(of: 2) ? 3 : -3 } }
      text += values.map { "\($0)" }.joined(separator: ",") + ":\(index.isMultiple(of: 2) ? "bump" : "none")\n"
    }
    return text
  }

  private func bench() throws -> Bench {
    let bench = try Bench()
    try Self.text(20, points: 80, seed: 1).write(toFile: bench.path("train.ts"), atomically: true, encoding: .utf8)
    try Self.text(12, points: 80, seed: 99).write(toFile: bench.path("test.ts"), atomically: true, encoding: .utf8)
    return bench
  }

  @Test(
    "From a .ts file to a test accuracy in two commands", arguments: ["minirocket", "multirocket", "rocket", "hydra"])
  func classify(_ transform: String) throws {
    let bench = try bench()
    let trained = try bench.program.run(
      "classify", "train.ts", "--fit", "m.safetensors", "--transform", transform, "--features", "2000")
    #expect((trained.status, trained.errors) == (0, ""))
    let tested = try bench.program.run("classify", "test.ts", "--params", "m.safetensors")
    #expect((tested.status, tested.errors) == (0, ""))
    #expect(tested.output.hasPrefix("accuracy 1.0000, 12 of 12\n"), "\(tested.output)")
    #expect(tested.output.contains("bump     6     0"))
    let predictions = try bench.program.run("classify", "test.ts", "--params", "m.safetensors", "-o", "-")
    #expect(predictions.output == String(repeating: "bump\nnone\n", count: 6))
  }

  @Test("Fitted here and loaded elsewhere, on any number of threads, features are the same in every format")
  func formats() throws {
    let bench = try bench()
    let first = try bench.program.run(
      "features", "train.ts", "test.ts", "--transform", "minirocket", "--features", "500", "--seed", "7", "--fit",
      "p.safetensors", "-o", "a.npy")
    #expect((first.status, first.errors, first.output) == (0, "", "32 series × 420 features\n"))
    for (output, threads) in [("b.npy", "2"), ("c.csv", "1"), ("d.npz", "2"), ("-", "1")] {
      let outcome = try bench.program.run(
        "features", "train.ts", "test.ts", "--params", "p.safetensors", "--threads", threads, "-o", output)
      #expect((outcome.status, outcome.errors) == (0, ""), "\(output)")
      if output == "-" {
        let file = try String(contentsOfFile: bench.path("c.csv"), encoding: .utf8)
        #expect(outcome.output == file)
      }
    }
    let a = try NumPyArray(contentsOf: bench.path("a.npy"))
    try #require(a.shape == [32, 420])
    #expect(try NumPyArray(contentsOf: bench.path("b.npy")) == a)
    let lines = try String(contentsOfFile: bench.path("c.csv"), encoding: .utf8).split(separator: "\n")
    try #require(lines.count == 33)
    #expect(lines[0].hasPrefix("label,ppv_d1_k0_q0,"))
    let fields = lines[2].split(separator: ",")
    #expect(fields[0] == "none" && fields.dropFirst().map { Float($0)! } == Array(a.values[420..<840]))
  }

  @Test("Windows of rows from a pipe have the features of the window as a series")
  func windows() throws {
    let bench = try bench()
    let rows = Signals.noise(frames: 300, seed: 5)
    let parameters = [
      "features", "train.ts", "--transform", "minirocket", "--features", "168", "--fit", "p", "-o", "x.npy",
    ]
    #expect(try bench.program.run(Program.path, parameters).status == 0)
    try rows.map { "\($0)" }.joined(separator: "\n").write(
      toFile: bench.path("rows.csv"), atomically: true, encoding: .utf8)
    let cut = stride(from: 0, through: 200, by: 50).map { rows[$0..<($0 + 100)].map { "\($0)" }.joined(separator: ",") }
    try cut.joined(separator: "\n").write(toFile: bench.path("cut.csv"), atomically: true, encoding: .utf8)
    let whole = try bench.program.run("features", "cut.csv", "--no-labels", "--params", "p", "-o", "-")
    let slid = try bench.program.run(
      "features", "rows.csv", "--params", "p", "--window", "100", "--hop", "50", "-o", "-")
    #expect((slid.status, slid.errors) == (0, ""))
    #expect(slid.output == whole.output)
    let seconds = try bench.program.run(
      "features", "rows.csv", "--params", "p", "--window", "1s", "--hop", "500ms", "--rate", "100", "-o", "-")
    #expect(seconds.output == whole.output)
  }

  @Test(
    "Series from a pipe are those of the file: text, .ts, arrays and WAV, which windows are cut from, too"
  )
  func pipes() throws {
    let bench = try bench()
    try NumPyArray(shape: [6, 2, 40], values: Signals.noise(frames: 480)).write(
      to: bench.path("x.npy"))
    try "a,1,2,3,4,5,6,7,8,9\nb,9,8,7,6,5,4,3,2,1\n".write(
      toFile: bench.path("x.csv"), atomically: true, encoding: .utf8)
    try bench.audio("x.wav", [Signals.noise(frames: 3000)], sampleRateHz: 16_000)
    for name in ["train.ts", "x.npy", "x.csv", "x.wav"] {
      let words = ["--transform", "minirocket", "--features", "84", "-o", "-"]
      let file = try bench.program.run(Program.path, ["features", name] + words)
      let pipe = try bench.program.shell("cat \(name) | \"$0\" \"$@\"", ["features", "-"] + words)
      #expect((file.status, pipe.status, pipe.errors) == (0, 0, ""), "\(name) \(file.errors)")
      #expect(file.output == pipe.output, "\(name)")
    }
    #expect(
      try bench.program.run(
        "features", "x.wav", "--transform", "rocket", "--features", "50", "--fit", "p", "-o",
        "y.npy"
      )
      .status == 0)
    let words = ["--params", "p", "--window", "50ms", "--hop", "20ms", "-o", "-"]
    let file = try bench.program.run(Program.path, ["features", "x.wav"] + words)
    let pipe = try bench.program.shell("cat x.wav | \"$0\" \"$@\"", ["features", "-"] + words)
    #expect(
      file.status == 0 && file.output == pipe.output
        && file.output.split(separator: "\n").count == 8)
  }

  @Test("Labels beside an array make it a training set, one for each series")
  func labels() throws {
    let bench = try bench()
    var values: [Float] = []
    for index in 0..<20 {
      var one = Signals.noise(frames: 60, seed: UInt64(index))
      if index.isMultiple(of: 2) { for t in 20..<40 { one[t] += t.isMultiple(of: 2) ? 4 : -4 } }
      values += one
    }
    try NumPyArray(shape: [20, 60], values: values).write(to: bench.path("x.npy"))
    for (name, count) in [("y.txt", 20), ("few.txt", 19), ("many.txt", 21)] {
      try (0..<count).map { $0.isMultiple(of: 2) ? "bump\n" : "no bump\n" }.joined().write(
        toFile: bench.path(name), atomically: true, encoding: .utf8)
    }
    let trained = try bench.program.run(
      "classify", "x.npy", "--labels", "y.txt", "--features", "500", "--fit", "m")
    #expect((trained.status, trained.errors) == (0, ""))
    let tested = try bench.program.run("classify", "x.npy", "--labels", "y.txt", "--params", "m")
    #expect(tested.output.hasPrefix("accuracy 1.0000, 20 of 20\n"))
    for (name, count) in [("few.txt", 19), ("many.txt", 21)] {
      let outcome = try bench.program.run("classify", "x.npy", "--labels", name, "--params", "m")
      #expect(
        outcome.status == 1 && outcome.errors.contains("\(name): has \(count) labels, expected"),
        "\(outcome.errors)")
    }
  }

  @Test("A folder of recordings is a data set, its folders the labels")
  func recordings() throws {
    let bench = try bench()
    for (label, frequency) in [("low", 200.0), ("high", 3000.0)] {
      try FileManager.default.createDirectory(atPath: bench.path("set/\(label)"), withIntermediateDirectories: true)
      for index in 0..<4 {
        let tone = Signals.sine(
          frames: 2000 + 100 * index, frequencyHz: frequency + 10 * Double(index), sampleRateHz: 16_000)
        let noise = Signals.noise(frames: tone.count, amplitude: 0.05, seed: UInt64(index))
        try bench.audio("set/\(label)/\(index).wav", [zip(tone, noise).map { $0 + $1 }], sampleRateHz: 16_000)
      }
    }
    let trained = try bench.program.run("classify", "set", "--fit", "m", "--features", "1000")
    #expect((trained.status, trained.errors) == (0, ""))
    let tested = try bench.program.run("classify", "set", "--params", "m")
    #expect(tested.output.hasPrefix("accuracy 1.0000, 8 of 8\n"))
  }

  @Test(
    "What cannot be done is one sentence and exit code 1, and leaves no file",
    arguments: [
      (["features", "none.ts"], "none.ts: cannot be read"),
      (["features", "ragged.csv"], "ragged.csv: line 2: has 3 columns, expected 4."),
      (["features", "empty.csv"], "empty.csv: expected rows"),
      (["features", "one.csv"], "expected at least 9"),
      (
        ["features", "gap.csv"],
        "gap.csv: series 1, channel 1, point 2 is nan, expected a finite number; use --missing to fill it in."
      ),
      (["features", "train.ts", "gap.csv"], "gap.csv: series 1, channel 1, point 2 is nan"),
      (["features", "none.npy"], "none.npy: has the shape [1000000000000, 0]"),
      (["classify", "own.csv", "--fit", "m"], "a different class for each"),
      (["classify", "plain.npy", "--fit", "m"], "have no label"),
      (["classify", "same.csv", "--fit", "m"], "two classes"),
      (["classify", "train.ts", "--params", "p"], "the metadata 'classes'"),
      (["classify", "wide.npy", "--params", "p2"], "has 2 channels, but the transform was fitted to 1"),
    ])
  func errors(_ words: [String], _ sentence: String) throws {
    let bench = try bench()
    for (name, text) in [
      ("ragged.csv", "1,2,3,4\n2,3,4\n"), ("empty.csv", ""), ("one.csv", "1,2\n2,3\n"),
      ("gap.csv", "1,1,,3,4,5,6,7,8,9,10\n"), ("same.csv", String(repeating: "1,1,2,3,4,5,6,7,8,9\n", count: 3)),
    ] {
      try text.write(toFile: bench.path(name), atomically: true, encoding: .utf8)
    }
    // A billion series without points are no work.
    try Data(
      Array("\u{93}NUMPY\u{1}\u{0}\u{46}\u{0}".unicodeScalars.map { UInt8($0.value) })
        + Array("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000, 0)}\n".utf8)
    ).write(to: URL(filePath: bench.path("none.npy")))
    try (0..<12).map { "\($0),\($0),2,3,4,5,6,7,8,9,\($0 * $0)" }.joined(separator: "\n").write(
      toFile: bench.path("own.csv"), atomically: true, encoding: .utf8)
    try NumPyArray(shape: [2, 20], values: Signals.noise(frames: 40)).write(
      to: bench.path("plain.npy"))
    try NumPyArray(shape: [2, 2, 80], values: Signals.noise(frames: 320)).write(
      to: bench.path("wide.npy"))
    #expect(
      try bench.program.run(
        "features", "train.ts", "--transform", "rocket", "--features", "20", "--fit", "p", "-o", "p.npy"
      )
      .status == 0)
    #expect(try bench.program.run("classify", "train.ts", "--fit", "p2", "--features", "84").status == 0)
    let before = try FileManager.default.contentsOfDirectory(atPath: bench.path(".")).sorted()
    let rest = words[0] == "features" ? ["--transform", "minirocket", "-o", "out.npy"] : []
    let outcome = try bench.program.run(Program.path, words + rest)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains(sentence) && outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path(".")).sorted() == before)
  }
}
