import ConvAudioKit
import Foundation
import TestSupport
import Testing

/// `-` as a file's name.
@Suite struct StandardStreamTests {
  @Test(
    "process reads and writes pipes of every format, with the bytes of a file",
    arguments: ["wav", "aiff", "caf", "flac", "au", "w64", "rf64"])
  func formats(ending: String) throws {
    let bench = try Bench()
    try bench.audio("in.\(ending)", channels: 2)
    #expect(try bench.program.run("process", "in.\(ending)", "-p", "tiny", "-o", "out.\(ending)").status == 0)
    let piped = try bench.program.shell(#"cat "$1" | "$0" process - -p tiny | cat > piped"#, "in.\(ending)")
    #expect(try bench.bytes("piped") == bench.bytes("out.\(ending)"))
    #expect(piped.output == "")
    #expect(piped.errors.hasPrefix("standard output: 0:00 in "))
  }

  @Test("A file goes to a pipe and a pipe to a file; a folder takes stdin by that name")
  func mixed() throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    #expect(try bench.program.run("process", "in.wav", "-p", "tiny").status == 0)
    let expected = try bench.bytes("in.tiny.wav")
    #expect(try bench.program.shell(#""$0" process in.wav -p tiny -o - --quiet > a.wav"#).errors == "")
    #expect(try bench.program.shell(#"cat in.wav | "$0" process - -p tiny -o b.wav"#).status == 0)
    #expect(try bench.program.shell(#"cat in.wav | "$0" process - in.wav -p tiny -o out"#).status == 0)
    for name in ["a.wav", "b.wav", "out/stdin.tiny.wav", "out/in.tiny.wav"] {
      #expect(try bench.bytes(name) == expected, "\(name)")
    }
    #expect(try bench.program.shell(#""$0" process in.wav -p tiny -o - --format flac --quiet > c.flac"#).status == 0)
    #expect(try bench.read("c.flac").info.container == .flac)
  }

  @Test("A WAV without a length in its header, as pipes bring it, is read to its end")
  func unknownLength() throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    #expect(try bench.program.run("process", "in.wav", "-p", "tiny").status == 0)
    let piped = try bench.program.shell(#""$0" stream -p tiny < in.wav | "$0" process - -p empty > out.wav"#)
    #expect(piped.status == 0)
    #expect(try bench.bytes("out.wav") == bench.bytes("in.tiny.wav"))
  }

  @Test(
    "What does not go together is a usage error",
    arguments: [
      ["-", "in.wav", "-p", "tiny", "-o", "-"], ["in.wav", "-p", "tiny", "-o", "-", "--json"],
      ["-", "-p", "tiny", "--json"],
    ])
  func usage(arguments: [String]) throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    #expect(try bench.program.shell(#""$0" process "$@" < in.wav"#, arguments).status == 64)
  }

  @Test("A signal while a pipe gets the output says what the reader has")
  func cutShort() throws {
    let bench = try Bench()
    try bench.silence("in.wav", channels: 2, seconds: 5)
    let process = bench.program.process(arguments: ["process", "in.wav", "-p", "tiny", "-o", "-"])
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, errors)
    try process.run()
    // The first byte comes when the file is complete, and more than a pipe holds is still to come.
    #expect(try Deadline.read(1, from: output.fileHandleForReading.fileDescriptor, "the file").count == 1)
    kill(process.processIdentifier, SIGINT)
    #expect(try Deadline.wait(forEndOf: process) == 130)
    let said = try Deadline.readAll(from: errors.fileHandleForReading.fileDescriptor, "the errors")
    #expect(
      withoutChains(String(decoding: said, as: UTF8.self))
        == "convaudio: standard output: interrupted; its reader has only the beginning of the file.\n")
  }

  @Test("Errors name the stream, and leave no temporary file")
  func errors() throws {
    let bench = try Bench()
    try bench.audio("44.wav", sampleRateHz: 44_100)
    let cases: [(script: String, error: String)] = [
      (#"echo hello | "$0" process - -p tiny > out"#, "standard input: is not readable audio"),
      (#""$0" process - -p tiny < /dev/null > out"#, "standard input: is not readable audio (the file is empty)"),
      (
        #""$0" process - -p tiny --rate-policy refuse < 44.wav > out"#,
        "standard input: has a sample rate of 44100 Hz, but preset tiny was made for 48000 Hz; use --rate-policy "
          + "resample to convert it there and back."
      ),
      (
        #"TMPDIR=/nowhere "$0" process - -p tiny < 44.wav > out"#,
        "/nowhere: cannot hold a temporary file: No such file or directory; set $TMPDIR to another folder."
      ),
    ]
    for (script, error) in cases {
      let spool = bench.path("spool")
      try FileManager.default.createDirectory(atPath: spool, withIntermediateDirectories: true)
      let outcome = try bench.program.shell("export TMPDIR='\(spool)'; \(script)")
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasPrefix("convaudio: \(error)"), "\(outcome.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: spool) == [])
      #expect(try bench.bytes("out").isEmpty)
    }
  }
}
