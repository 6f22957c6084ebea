import ConvAudioKit
import Foundation
import TestSupport
import Testing

/// `convaudio features` hop by hop.
@Suite struct HopFeatureCommandTests {
  private static let rate = 16_000

  private func bench(channels: Int = 1, frames: Int = 9000) throws -> Bench {
    let bench = try Bench()
    try bench.audio(
      "in.wav", Signals.noise(channels: channels, frames: frames, seed: 3), encoding: .float32, sampleRateHz: Self.rate)
    return bench
  }

  private func array(_ bench: Bench, _ name: String) throws -> NumPyArray {
    try NumPyArray(contentsOf: bench.path(name))
  }

  @Test(
    "The rows of the library, in every format, from a file and from pipes",
    arguments: [
      ["mel", "--like", "torchaudio"], ["mfcc", "--window", "25ms", "--hop", "10ms"], ["mfcc", "--like", "htk"],
      ["scattering", "--scale", "5", "--per-octave", "4"], ["stft", "--fft", "512", "--hop", "128", "--window", "400"],
      ["statistics", "--bands", "0-300,300-3400"],
      ["stack", "--model", "tiny", "--layer", "1", "--pool", "mean,ppv", "--rate", "48000"],
    ])
  func formats(_ words: [String]) throws {
    let bench = try bench()
    func run(_ script: String) throws -> Outcome {
      try bench.program.shell(script, ["--quiet", "--transform"] + words)
    }
    #expect(try run(#""$0" features in.wav "$@" -o a.npy"#).errors == "")
    let a = try array(bench, "a.npy")
    #expect(a.shape[0] > 10 && a.values.allSatisfy(\.isFinite))
    let csv = try run(#""$0" features in.wav "$@" -o -"#)
    #expect((csv.status, csv.errors) == (0, ""))
    let lines = csv.output.split(separator: "\n")
    try #require(lines.count == a.shape[0] + 1)
    #expect(Set(lines[0].split(separator: ",")).count == a.shape[1])
    #expect(lines.dropFirst().flatMap { $0.split(separator: ",").map { Float($0)! } } == a.values)
    guard words[0] != "stack" else { return }
    #expect(try run(#"cat in.wav | "$0" features - "$@" -o b.npy"#).errors == "")
    #expect(try array(bench, "b.npy") == a)
    // Raw samples are the end of the WAV.
    try bench.write("in.raw", bench.bytes("in.wav").suffix(4 * 9000))
    #expect(
      try run(#""$0" features - "$@" --input-format f32le --rate 16000 --channels 1 -o c.npz < in.raw"#).errors == "")
    #expect(FileManager.default.fileExists(atPath: bench.path("c.npz")))
    let raw = try run(#"cat in.raw | "$0" features - "$@" --input-format f32le --rate 16000 --channels 1 -o -"#)
    #expect(raw.output == csv.output)
  }

  @Test("Channels are side by side, files follow each other, and times are those of the windows")
  func layout() throws {
    let bench = try bench(channels: 2)
    let one = try bench.program.run(
      "features", "in.wav", "--transform", "statistics", "--timestamps", "center", "-o", "-")
    let lines = one.output.split(separator: "\n").map { $0.split(separator: ",") }
    try #require(lines.count > 2 && lines.allSatisfy { $0.count == lines[0].count }, "\(one.errors)")
    #expect(lines[0][0] == "time" && lines[0][1] == "ch1_mean" && lines[0].last! == "ch2_zero_crossings")
    #expect(lines[1][0] == "0.0125" && lines[2][0] == "0.0225")
    let two = try bench.program.run(
      "features", "in.wav", "in.wav", "--transform", "statistics", "--timestamps", "end", "-o", "-")
    let both = two.output.split(separator: "\n")
    try #require(both.count == 2 * (lines.count - 1) + 1, "\(two.errors)")
    #expect(both[0].hasPrefix("file,time,ch1_mean") && both[1].hasPrefix("in.wav,0.025,"))
    #expect(both[1].split(separator: ",")[2...] == lines[1][1...])
    #expect(both[lines.count] == both[1])
    try "x\n1\n2\n-3\n4\n".write(toFile: bench.path("rows.csv"), atomically: true, encoding: .utf8)
    for (words, times) in [(["--rate", "2"], ["0.0", "0.5", "1.0"]), ([], ["0.0", "1.0", "2.0"])] {
      let rows = try bench.program.run(
        Program.path,
        [
          "features", "rows.csv", "--transform", "statistics", "--window", "2", "--hop", "1", "--timestamps", "start",
          "-o", "-",
        ]
          + words)
      #expect((rows.status, rows.errors) == (0, ""))
      #expect(rows.output.split(separator: "\n").dropFirst().map { String($0.split(separator: ",")[0]) } == times)
    }
  }

  @Test(
    "A row is there as soon as its last sample has been sent", arguments: ["logmel", "mfcc", "statistics", "stack"])
  func promptness(_ transform: String) throws {
    let bench = try bench()
    let model = transform == "stack" ? ["--model", "empty"] : transform == "statistics" ? [] : ["--like", "htk"]
    let words = ["--transform", transform, "--input-format", "f32le", "--rate", "16000", "--channels", "1"] + model
    let process = try StreamProcess(
      bench, "-", "-o", "-", "--window", "25ms", "--hop", "10ms", words[0], words[1], words[2], words[3], words[4],
      words[5],
      words[6], words[7], model.first ?? "--quiet", model.dropFirst().first ?? "--force", command: "features")
    let samples = Signals.noise(frames: 400 + 20 * 160)
    try process.send(littleEndian(Array(samples[..<400])))
    _ = try process.receiveLine()  // the header
    var rows = [try process.receiveLine()]
    for hop in 0..<20 {
      try process.send(littleEndian(Array(samples[400 + 160 * hop..<560 + 160 * hop])))
      rows.append(try process.receiveLine())
    }
    try process.closeInput()
    #expect(try process.receiveAll() == [])
    #expect(try process.wait() == 0)
    #expect(Set(rows).count == 21)
  }

  @Test("With --rate a recording at another sample rate is resampled, and a pipe is refused")
  func rates() throws {
    let bench = try bench()
    try bench.audio("fast.wav", frames: 9000, sampleRateHz: 48_000)
    let resampled = try bench.program.run(
      "features", "in.wav", "--transform", "statistics", "--rate", "8000", "-o", "a.npy")
    #expect((resampled.status, resampled.errors) == (0, "convaudio: in.wav: resampled 16000 → 8000 Hz.\n"))
    // 4500 frames in windows of 200 every 80.
    #expect(try array(bench, "a.npy").shape[0] == 1 + (4500 - 200) / 80)
    let mixed = try bench.program.run("features", "in.wav", "fast.wav", "--transform", "statistics", "-o", "b.npy")
    #expect(mixed.status == 1)
    #expect(
      mixed.errors
        == "convaudio: fast.wav: has a sample rate of 48000 Hz, expected 16000 Hz, as the first input; --rate 16000 resamples "
        + "recordings.\n")
    let pipe = try bench.program.shell(
      #"cat in.wav | "$0" features - --transform statistics --rate 8000 -o c.npy"#)
    #expect(pipe.status == 1 && pipe.errors.contains("16000"))
    let model = try bench.program.run(
      "features", "in.wav", "--transform", "stack", "--model", "tiny", "--rate", "16000", "-o", "d.npy")
    #expect(model.errors.contains("the sample rate is 16000 Hz, but the model was made for 48000 Hz"))
    #expect(try bench.files().filter { !$0.hasSuffix(".wav") } == ["a.npy"])
  }

  @Test("--top-db is counted from the largest of the whole file")
  func topDecibels() throws {
    let bench = try bench()
    let words = ["features", "in.wav", "--transform", "logmel", "--top-db", "3", "-o", "a.npy"]
    #expect(try bench.program.run(Program.path, words).status == 0)
    #expect(try bench.program.run("features", "in.wav", "--transform", "logmel", "-o", "b.npy").status == 0)
    let (a, b) = (try array(bench, "a.npy"), try array(bench, "b.npy"))
    let floor = b.values.max()! - 3
    #expect(a.values == b.values.map { max($0, floor) })
    #expect(b.values.contains { $0 < floor })
    let pipe = try bench.program.shell(#"cat in.wav | "$0" features - --transform logmel --top-db 20 -o c.npy"#)
    #expect(pipe.status == 1 && pipe.errors.contains("a pipe can be read only once"))
  }

  @Test("--plot draws a picture beside the rows")
  func plot() throws {
    let bench = try bench()
    let outcome = try bench.program.run(
      "features", "in.wav", "--transform", "logmel", "-o", "a.npy", "--plot", "a.png")
    #expect((outcome.status, outcome.output) == (0, "18 rows × 128 features\n"))
    #expect(try [UInt8](bench.bytes("a.png").prefix(4)) == [0x89, 0x50, 0x4E, 0x47])
    let again = try bench.program.run(
      "features", "in.wav", "--transform", "logmel", "-o", "b.npy", "--plot", "a.png")
    #expect(again.status == 1 && again.errors.contains("a.png: already exists; use --force to replace it."))
  }

  @Test("Bands that are always zero are named, once")
  func emptyBands() throws {
    let bench = try bench(channels: 2)
    let outcome = try bench.program.run(
      "features", "in.wav", "--transform", "mel", "--like", "torchaudio", "-o", "a.npy")
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("of 128 mel bands 4 are narrower"))
    #expect(outcome.errors.split(separator: "\n").count == 1)
  }

  @Test(
    "What cannot be done is one sentence, and leaves no file",
    arguments: [
      (["--transform", "mel", "--hop", "0"], 64, "expected a positive number of frames"),
      (["--transform", "mel", "--fft", "1048576", "--mels", "16384"], 1, "the number of mel bands is 16384"),
      (["--transform", "logmel", "--like", "htk", "--reference", "2"], 64, "--reference is for --log db."),
      (["--transform", "statistics", "--bands", ""], 64, "--bands is , expected"),
      (["--transform", "statistics", "--band-taps", "3"], 64, "--band-taps is for --bands."),
      (["--transform", "minirocket", "--timestamps", "end"], 64, "series have no times"),
      (["--transform", "mel", "--force", "-o", "in.wav", "--format", "csv"], 1, "choose another name"),
      (
        ["--transform", "mel", "--force", "--plot", "./out.npy"], 1,
        "./out.npy: would overwrite out.npy, which is the same file"
      ),
      (
        ["--transform", "statistics", "--window", "1s"], 1,
        "in.wav: has 9000 frames, expected at least one window of 16000."
      ),
      (["--transform", "mfcc", "--like", "htk", "--window", "1s"], 1, "expected at least one window of 16000."),
      (
        ["--transform", "mel", "--padding", "reflect", "--window", "20000", "--fft", "32768"], 1,
        "in.wav: has 9000 frames"
      ),
      (["--transform", "mel", "--fft", "512", "--window", "600"], 1, "the window is 600, expected 1 to 512"),
      (["--transform", "mel", "--fmax", "9000"], 1, "half the sample rate, 8000.0 Hz"),
      (["--transform", "mel", "--mels", "0"], 1, "the number of mel bands is 0"),
      (["--transform", "mfcc", "--coefficients", "200"], 1, "expected 1 to the number of mel bands, 128"),
      (["--transform", "mel", "--top-db", "80"], 1, "--top-db is for logarithms"),
      (["--transform", "scattering", "--scale", "40"], 1, "the scale J is 40, expected 1 to 15."),
      (["--transform", "scattering", "--window", "5"], 64, "--window and --hop are not for scattering"),
      (["--transform", "scattering", "--per-octave", "x"], 64, "--per-octave is x"),
      (["--transform", "stack"], 64, "--transform stack needs --model."),
      (["--transform", "stack", "--model", "none"], 1, "preset none: not found"),
      (["--transform", "stack", "--model", "tiny", "--layer", "99"], 1, "has no layer99"),
      (["--transform", "stack", "--model", "tiny", "--layer", "x"], 64, "'x' is invalid"),
      (["--transform", "stack", "--model", "tiny", "--pool", "median"], 64, "--pool is median"),
      (
        ["--transform", "statistics", "--bands", "4000-300"], 1,
        "a lower and a higher frequency between 0 and half the sample rate, 8000 Hz, but found 4000-300"
      ),
      (["--transform", "statistics", "--bands", "low"], 64, "--bands is low"),
      (["--transform", "mel", "--seed", "7"], 64, "are for minirocket"),
      (["--transform", "minirocket", "--like", "htk"], 64, "are for stft, mel, logmel and mfcc"),
      (["--transform", "minirocket", "--plot", "x.png"], 64, "hop by hop"),
      (["--transform", "mel", "--missing", "linear"], 64, "--missing linear needs values that are still to come"),
    ])
  func errors(_ words: [String], _ status: Int, _ sentence: String) throws {
    let bench = try bench()
    let before = try bench.files()
    let outcome = try bench.program.run(Program.path, ["features", "in.wav"] + (words.contains("-o") ? [] : ["-o", "out.npy"]) + words)
    #expect(outcome.status == Int32(status), "\(outcome.errors)")
    #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
    #expect(try bench.files() == before)
  }

  @Test(
    "What cannot be done with large scatterings is one sentence, too",
    .enabled(if: Thoroughness.isOptimised, "their filters take minutes in an unoptimised build: run Tools/setup/test"),
    arguments: [
      (
        ["--transform", "scattering", "--scale", "15", "--per-octave", "64,64"], 1,
        "(use fewer per octave, or a smaller scale)"
      ),
      (["--transform", "scattering", "--edges", "reflect", "--scale", "12"], 1, "in.wav: has 9000 frames"),
    ])
  func scatteringErrors(_ words: [String], _ status: Int, _ sentence: String) throws {
    try errors(words, status, sentence)
  }

  @Test("Inputs that are nothing of the kind are one sentence, too")
  func inputs() throws {
    let bench = try bench()
    try bench.write("empty", Data())
    try FileManager.default.createDirectory(atPath: bench.path("void"), withIntermediateDirectories: false)
    try "a,b\n1,2\n1\n".write(toFile: bench.path("ragged.csv"), atomically: true, encoding: .utf8)
    try bench.audio("nothing.wav", [[]], encoding: .float32, sampleRateHz: Self.rate)
    for (input, sentence) in [
      ("none.wav", "none.wav: cannot be read"), ("void", "void: holds no series"), ("ragged.csv", "ragged.csv: line 3"),
      ("nothing.wav", "nothing.wav: has 0 frames"), ("empty", "empty"),
    ] {
      let outcome = try bench.program.run(
        "features", input, "--transform", "statistics", "--window", "1", "--hop", "1", "-o", "out.npy")
      #expect(outcome.status == 1 && outcome.errors.contains(sentence), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }
    let rows = try bench.program.shell(#"printf '1\n2\n3\n' | "$0" features - --transform mel -o -"#)
    #expect(rows.status == 1 && rows.errors.contains("--rate says how many frames come in a second"), "\(rows.errors)")
    let few = try bench.program.shell(
      #"printf '1\n2\nnan\n' | "$0" features - --transform statistics --window 3 --hop 1 --missing zero -o -"#)
    #expect((few.status, few.errors) == (0, ""))
    #expect(few.output.hasSuffix("1.0,0.8164966,1.2909944,2.0,0.0\n"))
  }

  @Test("A folder is its recordings, in the order of their names; --mono makes all of them one channel")
  func folder() throws {
    let bench = try Bench()
    try FileManager.default.createDirectory(atPath: bench.path("set"), withIntermediateDirectories: false)
    let stereo = Signals.noise(channels: 2, frames: 4000, seed: 3)
    try bench.audio("set/b.wav", stereo, encoding: .float32, sampleRateHz: Self.rate)
    try bench.audio("set/a.wav", [stereo[0]], encoding: .float32, sampleRateHz: Self.rate)
    let mean = zip(stereo[0], stereo[1]).map { ($0 + $1) / 2 }
    try bench.audio("mean.wav", [mean], encoding: .float32, sampleRateHz: Self.rate)
    let words = ["--transform", "statistics", "-o"]
    #expect(try bench.program.run(Program.path, ["features", "set"] + words + ["no.npy"]).errors.contains("--mono"))
    for (input, output) in [("set", "set.npy"), ("set/a.wav", "a.npy"), ("mean.wav", "mean.npy")] {
      let outcome = try bench.program.run(Program.path, ["features", input, "--mono", "--quiet"] + words + [output])
      #expect((outcome.status, outcome.errors) == (0, ""))
    }
    #expect(try array(bench, "set.npy").values == array(bench, "a.npy").values + array(bench, "mean.npy").values)
    let text = try bench.program.run(Program.path, ["features", "set", "--mono"] + words + ["-"])
    #expect(text.output.hasPrefix("file,mean,") && text.output.contains("\nset/b.wav,"))
    // What is read is never written over, under whatever name.
    let before = try bench.bytes("set/b.wav")
    for path in ["set/b.wav", "./set/b.wav", "set/../set/b.wav"] {
      let outcome = try bench.program.run(
        Program.path, ["features", "set", "--mono", "--force", "--format", "csv"] + words + [path])
      #expect(outcome.status == 1 && outcome.errors.contains("choose another name"), "\(outcome.errors)")
    }
    #expect(try bench.bytes("set/b.wav") == before)
    let twice = try bench.program.run(Program.path, ["features", "-", "-"] + words + ["x.npy"])
    #expect(twice.status == 1 && twice.errors.contains("standard input can be read only once"), "\(twice.errors)")
  }

  @Test("RF64 through a pipe is recognised, as RIFF is, and an array is refused by its name")
  func beginnings() throws {
    let bench = try bench()
    var wave = try bench.bytes("in.wav")
    let riff = try bench.program.shell(#"cat in.wav | "$0" features - --transform statistics -o -"#)
    // A ds64 chunk after the form, as in EBU Tech 3306: sizes of RIFF and data, and no table.
    func little(_ value: Int, _ bytes: Int) -> [UInt8] {
      (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let sizes = little(wave.count + 28, 8) + little(4 * 9000, 8) + little(9000, 8) + little(0, 4)
    wave.replaceSubrange(0..<12, with: Array("RF64".utf8) + little(0xFFFF_FFFF, 4) + Array("WAVE".utf8))
    wave.insert(contentsOf: Array("ds64".utf8) + little(28, 4) + sizes, at: 12)
    try bench.write("in.rf64", Data(wave))
    let rf64 = try bench.program.shell(#"cat in.rf64 | "$0" features - --transform statistics -o -"#)
    #expect(rf64.output == riff.output && riff.output.count > 1000, "\(rf64.errors)")
    let array = try bench.program.shell(
      #""$0" features in.wav --transform mel -o - --format npy | "$0" features - --transform mel -o -"#)
    #expect(array.errors.contains("standard input: is a NumPy array"), "\(array.errors)")
  }

  @Test("Windows of a fitted transform have times, too")
  func windowTimes() throws {
    let bench = try bench()
    _ = try bench.program.run(
      "features", "in.wav", "--transform", "minirocket", "--features", "84", "--fit", "p.st", "-o", "x.npy")
    let words = ["features", "in.wav", "--params", "p.st", "--window", "100ms", "--hop", "50ms", "-o", "-"]
    let plain = try bench.program.run(Program.path, words).output.split(separator: "\n")
    for (moment, first) in [("start", 0.0), ("center", 0.05), ("end", 0.1)] {
      let lines = try bench.program.run(Program.path, words + ["--timestamps", moment]).output.split(separator: "\n")
      try #require(lines.count == 11 && plain.count == 11)
      #expect(lines[0].hasPrefix("time,"))
      for (index, line) in lines.enumerated().dropFirst() {
        let comma = try #require(line.firstIndex(of: ","))
        #expect(abs(try #require(Double(line[..<comma])) - first - 0.05 * Double(index - 1)) < 1e-9)
        #expect(line[line.index(after: comma)...] == plain[index])
      }
    }
  }

  /// Windows of a file that would take minutes.
  @Test("Windows end with a signal and with their reader", arguments: ["features", "classify"])
  func windowsEnd(_ command: String) throws {
    let bench = try Bench()
    for (name, seed) in [("a.wav", 1), ("b.wav", 2)] {
      try FileManager.default.createDirectory(atPath: bench.path("set/" + name), withIntermediateDirectories: true)
      for take in 0..<3 {
        try bench.audio(
          "set/\(name)/\(take).wav", Signals.noise(channels: 1, frames: 2000, seed: UInt64(seed + 10 * take)),
          encoding: .float32, sampleRateHz: Self.rate)
      }
    }
    let fit = ["set", "--transform", "minirocket", "--features", "840", "--fit", "p.st"]
    _ = try bench.program.run(Program.path, [command] + fit + (command == "features" ? ["-o", "x.npy"] : []))
    try bench.audio(
      "long.wav", Signals.noise(channels: 1, frames: 2_000_000, seed: 5), encoding: .float32, sampleRateHz: Self.rate)
    let words = [command, "long.wav", "--params", "p.st", "--window", "2000", "--hop", "1"]
    let text = words + (command == "features" ? ["-o", "-"] : [])
    let begin = Date()
    let reader = try bench.program.shell(#""$0" "$@" | head -n 1 | wc -l"#, text)
    #expect(reader.output.trimmingCharacters(in: .whitespaces).hasPrefix("1") && reader.errors == "")
    let stopped = try bench.program.shell(
      #""$0" "$@" > out.txt & sleep 1; kill -TERM $!; wait $!"#, text)
    #expect((stopped.status, stopped.errors) == (0, ""))
    if command == "features" {
      let file = try bench.program.shell(#""$0" "$@" & sleep 1; kill -TERM $!; wait $!"#, words + ["-o", "w.npy"])
      #expect(file.status == 143 && file.errors.contains("w.npy: was interrupted; nothing was written."))
      #expect(try !bench.files().contains { $0.contains("w.npy") })
    } else {
      let full = try bench.program.shell(#""$0" "$@" > /dev/full"#, text)
      #expect(full.status == 1 && full.errors.contains("standard output"), "\(full.errors)")
    }
    #expect(Date().timeIntervalSince(begin) < 60)
  }

  @Test("A reader that wants only the beginning ends it without a word")
  func readerGone() throws {
    let bench = try bench(frames: 200_000)
    let outcome = try bench.program.shell(#""$0" features in.wav --transform stft -o - | head -n 2 | wc -l"#)
    #expect(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines) == "2")
    #expect(outcome.errors == "")
  }
}
