import ConvAudioKit
import Foundation
import TestSupport
import Testing

@Suite struct OutputTests {
  @Test("Without -o the output is beside the input; -o names a file, or a folder that is made")
  func places() throws {
    let bench = try Bench()
    try FileManager.default.createDirectory(atPath: bench.path("sub"), withIntermediateDirectories: true)
    try bench.audio("sub/in.wav")
    for arguments in [[], ["-o", "x.flac"], ["-o", "sub"], ["-o", "a/b/"], ["-o", "named", "--format", "caf"]] {
      let outcome = try bench.program.shell(#""$0" process sub/in.wav -p tiny --force "$@""#, arguments)
      #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
    }
    #expect(try bench.files() == ["a", "named", "sub", "x.flac"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: bench.path("sub")).sorted() == ["in.tiny.wav", "in.wav"])
    #expect(try bench.bytes("a/b/in.tiny.wav") == bench.bytes("sub/in.tiny.wav"))
    #expect(try bench.read("named").info.container == .caf)
  }

  @Test(
    "Names are taken as they are",
    arguments: [
      "two words.wav", "ü 音 🎸.wav", "line\nbreak.wav", #"qu"o'te\.wav"#, "-dash.wav", "*.wav", "$(x).wav",
      String(repeating: "n", count: 246) + ".wav", String(repeating: "é", count: 123) + ".wav", ".hidden.wav",
    ])
  func names(name: String) throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    let written = try bench.program.run("process", "-p", "tiny", "--output=\(name)", "in.wav")
    #expect(written.status == 0, "\(written.errors)")
    #expect(written.output.hasPrefix("\(name.replacing("\n", with: "\\u{a}")): 0:00 in "))
    #expect(try bench.files() == [name, "in.wav"].sorted())
    let read = try bench.program.run("process", "-p", "empty", "-o", "back.wav", "--", name)
    #expect(read.status == 0, "\(read.errors)")
    #expect(try bench.bytes("back.wav") == bench.bytes(name))
  }

  @Test("A name that is too long is refused before the work, in one sentence")
  func longName() throws {
    let bench = try Bench()
    let name = String(repeating: "n", count: 251) + ".wav"
    try bench.audio(name)
    let outcome = try bench.program.run("process", name, "-p", "tiny")
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasSuffix(".tiny.wav: cannot be the name of a file: File name too long.\n"))
    #expect(try bench.files() == [name])
  }

  @Test("An output that exists is kept, and replaced with --force")
  func existing() throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    try bench.audio("old.wav", frames: 7)
    let before = try bench.bytes("old.wav")
    let refused = try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "old.wav")
    #expect((refused.status, refused.output) == (1, ""))
    #expect(refused.errors == "convaudio: old.wav: already exists; use --force to replace it.\n")
    #expect(try bench.bytes("old.wav") == before)
    #expect(try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "beside.wav").status == 0)
    #expect(try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "old.wav", "--force").status == 0)
    #expect(try bench.bytes("old.wav") == bench.bytes("beside.wav"))
    #expect(try bench.files() == ["beside.wav", "in.wav", "old.wav"])
  }

  @Test("An output has the mode that the user's mask gives")
  func mode() throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    #expect(try bench.program.shell(#"umask 027; "$0" process in.wav -p tiny"#).status == 0)
    let mode = try FileManager.default.attributesOfItem(atPath: bench.path("in.tiny.wav"))[.posixPermissions] as? Int
    #expect(mode == 0o640)
  }

  @Test(
    "Outputs that cannot be",
    arguments: [
      ("gone/x.wav", "gone/x.wav: cannot be written to its folder: No such file or directory."),
      ("in.wav/x.wav", "in.wav/x.wav: cannot be written to its folder: Not a directory."),
      (
        "x.xyz",
        "x.xyz: has no known extension, expected wav, rf64, w64, aiff, caf, au, flac, ogg, opus or mp3; or choose the format with --format."
      ),
      ("pipe", "pipe: is a pipe, expected a file."),
      ("x.opus", "x.opus: Ogg Opus cannot hold 44100 Hz, expected 8000, 12000, 16000, 24000 or 48000 Hz."),
      ("x.flac", "x.flac: FLAC cannot hold 9 channels, expected 1 to 8 channels."),
      ("x.mp3", "x.mp3: MP3 cannot hold 9 channels, expected 1 or 2 channels."),
    ])
  func impossible(output: String, sentence: String) throws {
    let bench = try Bench()
    try bench.audio("in.wav", channels: output == "x.opus" ? 1 : 9, frames: 100, sampleRateHz: 44_100)
    mkfifo(bench.path("pipe"), 0o600)
    let outcome = try bench.program.run("process", "in.wav", "-p", "empty", "-o", output, "--force")
    #expect((outcome.status, outcome.output) == (1, ""))
    #expect(outcome.errors == "convaudio: \(sentence)\n")
    #expect(try bench.files() == ["in.wav", "pipe"])
  }

  @Test("A folder that refuses", .enabled(if: geteuid() != 0, "root may write everywhere"))
  func readOnlyFolder() throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    mkdir(bench.path("ro"), 0o500)
    let outcome = try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "ro/x.wav")
    #expect(outcome.status == 1)
    #expect(outcome.errors == "convaudio: ro/x.wav: cannot be written to its folder: Permission denied.\n")
  }

  @Test("A disk that is full, or a limit on file sizes, leaves nothing", arguments: ["wav", "flac", "ogg"])
  func noSpace(name: String) throws {
    let bench = try Bench()
    try bench.audio("in.wav", channels: 2, frames: 300_000)
    let outcome = try bench.program.shell(#"ulimit -f 8; "$0" process in.wav -p tiny -o "$1""#, "x.\(name)")
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasSuffix("convaudio: x.\(name): cannot be written: File too large.\n"), "\(outcome.errors)")
    #expect(try bench.files() == ["in.wav"])
  }
}
