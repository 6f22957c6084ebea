import ConvAudioKit
import Foundation
import TestSupport
import Testing

@Suite struct InputTests {
  /// Makes every bad input that the tests below name.
  private func bench() throws -> Bench {
    let bench = try Bench()
    try bench.audio("good.wav")
    try bench.write("empty.wav", Data())
    try bench.write("words.wav", Data("not audio at all, whatever its name says\n".utf8))
    try bench.write("cut.wav", try bench.bytes("good.wav").prefix(3044))
    try bench.audio("noframes.wav", [[]])
    try bench.audio("slow.wav", sampleRateHz: 40)
    try bench.audio("wide.wav", channels: 65, frames: 10)
    mkdir(bench.path("folder"), 0o700)
    return bench
  }

  static let sentences: [(String, String)] = [
    ("missing.wav", "missing.wav: cannot be read: No such file or directory."),
    ("", ": cannot be read: No such file or directory."),
    ("folder", "folder: no audio file is in this folder."),
    ("/dev/null", "/dev/null: is a device, expected a file."),
    (
      "empty.wav",
      "empty.wav: is not readable audio (the file is empty); expected WAV, RF64, W64, AIFF, CAF, AU, FLAC, Ogg Vorbis, Opus or MP3."
    ),
    (
      "words.wav",
      "words.wav: is not readable audio (format not recognised); expected WAV, RF64, W64, AIFF, CAF, AU, FLAC, Ogg Vorbis, Opus or MP3."
    ),
    ("cut.wav", "cut.wav: is truncated: the header promises 3000 frames and only 1500 can be read; --truncated keep uses the frames that are there."),
    ("noframes.wav", "noframes.wav: is empty, expected at least one frame."),
    (
      "slow.wav",
      "slow.wav: cannot be resampled to the rate of preset tiny and back: 40 Hz cannot be converted to 48000 Hz, expected rates that differ by a factor of at most 1024."
    ),
    ("wide.wav", "wide.wav: has 65 channels, expected at most 64; --max-channels 65 allows them."),
  ]

  @Test("A bad input is one sentence and exit 1, and leaves nothing", arguments: sentences)
  func bad(name: String, sentence: String) throws {
    let bench = try bench()
    let before = try bench.files()
    let outcome = try bench.program.run("process", name, "-p", "tiny", "-o", "out/")
    #expect((outcome.status, outcome.output) == (1, ""))
    #expect(outcome.errors == "convaudio: \(sentence)\n")
    #expect(try bench.files() == before)
  }

  @Test("A broken file among several is reported, and the others are done", arguments: [1, 3])
  func oneBroken(jobs: Int) throws {
    let bench = try bench()
    let outcome = try bench.program.run(
      "process", "good.wav", "words.wav", "cut.wav", "-p", "tiny", "-o", "out", "--jobs", "\(jobs)")
    #expect(outcome.status == 1)
    #expect(outcome.output.hasPrefix("out/good.tiny.wav: 0:00 in "))
    #expect(outcome.errors.split(separator: "\n").count == 2)
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("out")) == ["good.tiny.wav"])
  }

  @Test("--max-channels lets more channels through")
  func manyChannels() throws {
    let bench = try bench()
    #expect(try bench.program.run("process", "wide.wav", "-p", "tiny", "--max-channels", "65").status == 0)
    #expect(try bench.read("wide.tiny.wav").info.channels == 65)
  }

  @Test("An unreadable file", .enabled(if: geteuid() != 0, "root may read everything"))
  func unreadable() throws {
    let bench = try bench()
    chmod(bench.path("good.wav"), 0)
    let outcome = try bench.program.run("process", "good.wav", "-p", "tiny")
    #expect(outcome.errors == "convaudio: good.wav: cannot be read: Permission denied.\n")
  }

  @Test(
    "Two inputs are never written to one output",
    arguments: [["a/in.wav", "b/in.wav", "-o", "out"], ["in.wav", "./in.wav"], ["in.wav", "a/../in.wav"]])
  func collision(arguments: [String]) throws {
    let bench = try Bench()
    for folder in ["a", "b"] { mkdir(bench.path(folder), 0o700) }
    for name in ["in.wav", "a/in.wav", "b/in.wav"] { try bench.audio(name) }
    let outcome = try bench.program.shell(#""$0" process -p tiny --force "$@""#, arguments)
    #expect((outcome.status, outcome.output) == (1, ""))
    #expect(
      outcome.errors.hasSuffix(
        "would be written for both \(arguments[0]) and \(arguments[1]); process them into different folders.\n"))
    #expect(try bench.files() == ["a", "b", "in.wav"])
  }

  @Test("Several inputs and an output that is a file")
  func fileForFolder() throws {
    let bench = try bench()
    let outcome = try bench.program.run("process", "good.wav", "wide.wav", "-p", "tiny", "-o", "words.wav")
    #expect(outcome.status == 1)
    #expect(
      outcome.errors == "convaudio: words.wav: is a file, expected a folder for 2 inputs.\n")
  }
}
