import ConvAudioKit
import Foundation
import TestSupport
import Testing

/// What `--force` may replace, and where outputs may go.
@Suite struct ReplacingCommandTests {
  @Test("The only take is not replaced by its own output, under whatever name", arguments: ["in.wav", "./in.wav", "link.wav"])
  func ownInput(_ output: String) throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    symlink("in.wav", bench.path("link.wav"))
    let before = try bench.bytes("in.wav")
    let outcome = try bench.program.run("process", "in.wav", "-p", "tiny", "-o", output, "--force")
    #expect(outcome.status == 1)
    #expect(outcome.errors == "convaudio: \(output): is the input, which must not be lost; choose another name.\n")
    #expect(try bench.bytes("in.wav") == before)
  }

  @Test("convolve replaces none of its inputs, either")
  func convolve() throws {
    let bench = try Bench()
    try NumPyArray(shape: [1, 1, 8], values: [Float](repeating: 1, count: 8)).write(to: bench.path("x.npy"))
    let outcome = try bench.program.run("convolve", "x.npy", "--kernel", "x.npy", "-o", "./x.npy", "--force")
    #expect(outcome.status == 1 && outcome.errors.contains("would overwrite"), "\(outcome.errors)")
  }

  @Test("Through a link --force replaces what it leads to; without --force nothing")
  func link() throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    try FileManager.default.createDirectory(atPath: bench.path("old"), withIntermediateDirectories: false)
    try bench.write("old/take.wav", Data("old".utf8))
    symlink("old/take.wav", bench.path("out.wav"))
    #expect(try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "out.wav").status == 1)
    #expect(try bench.bytes("old/take.wav") == Data("old".utf8))
    #expect(try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "out.wav", "--force").status == 0)
    #expect(try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "plain.wav").status == 0)
    #expect(try bench.bytes("old/take.wav") == bench.bytes("plain.wav"))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: bench.path("out.wav")) == "old/take.wav")
    // Two names of one output.
    symlink("take.wav", bench.path("old/in.tiny.wav"))
    try bench.audio("take.in.wav")
    symlink("take.wav", bench.path("old/take.in.tiny.wav"))
    let both = try bench.program.run("process", "in.wav", "take.in.wav", "-p", "tiny", "-o", "old", "--force")
    #expect(both.status == 1 && both.errors.contains("would be written for both in.wav and take.in.wav"), "\(both.errors)")
  }

  @Test("The system's names of standard output mean it", arguments: ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
  func standardOutput(_ name: String) throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    #expect(try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "out.wav").status == 0)
    for redirection in ["> a.wav", "| cat > a.wav"] {
      let outcome = try bench.program.shell(#""$0" process in.wav -p tiny --force -o \#(name) \#(redirection)"#)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try bench.bytes("a.wav") == bench.bytes("out.wav"))
    }
    let rows = try bench.program.run("features", "in.wav", "--transform", "statistics", "-o", name)
    #expect(rows.status == 0 && rows.output.contains(","))
  }

  @Test("Names lead nowhere else", arguments: ["../{input}.wav", "/tmp/{input}.wav", "a/../../{input}.wav", ".."])
  func names(_ template: String) throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    let outcome = try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "out/", "--names", template)
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("expected names inside the folder of the outputs"), "\(outcome.errors)")
  }

  @Test("A signal ends a stream in its tail, too, and what was written stays")
  func tail() throws {
    let bench = try Bench()
    // A tail of two minutes, which no machine plays in the time that this test takes at the rate of the reader below.
    let response = [Float](repeating: 0.001, count: 48_000 * 120)
    try bench.audio("long.wav", [response], encoding: .float32, sampleRateHz: 48_000)
    try bench.audio("in.wav", Signals.noise(channels: 1, frames: 480, seed: 1), encoding: .float32, sampleRateHz: 48_000)
    let process = bench.program.process(arguments: ["stream", "--ir", "long.wav"])
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: bench.bytes("in.wav"))
    try input.fileHandleForWriting.close()
    // Far beyond the 480 frames: it is in its tail.
    var got = 0
    while got < 100_000 {
      got += try Deadline.read(100_000, from: output.fileHandleForReading.fileDescriptor, "the tail").count
    }
    kill(process.processIdentifier, SIGTERM)
    let rest = try Deadline.readAll(from: output.fileHandleForReading.fileDescriptor, "the rest")
    #expect(try Deadline.wait(forEndOf: process) == 0)
    #expect(got + rest.count < 4 * response.count)
  }
}
