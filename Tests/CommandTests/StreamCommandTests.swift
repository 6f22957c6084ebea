import ConvAudioKit
import Foundation
import TestSupport
import Testing

@Suite struct StreamCommandTests {
  private static let raw = ["-p", "empty", "--format", "f32le", "--rate", "48000", "--channels", "1"]
  /// Of a block of 64 frames.
  private static let blockBytes = 256

  private func makeStream(_ bench: Bench, block: Int = 64) throws -> StreamProcess {
    try StreamProcess(
      bench, "-p", "empty", "--format", "f32le", "--rate", "48000", "--channels", "1", "--block", "\(block)")
  }

  @Test("Through pipes and in pieces it gives what process gives", arguments: [1, 97, 5000])
  func pieces(longestPiece: Int) throws {
    let bench = try Bench()
    try bench.audio("in.wav", channels: 2, frames: 4000)
    #expect(try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "out.wav").status == 0)
    let stream = try StreamProcess(bench, "-p", "tiny", "--output-format", "s16le")
    let input = [UInt8](try bench.bytes("in.wav"))
    Thread.detachNewThread {
      var random = SplitMix64(seed: UInt64(longestPiece))
      var rest = input[...]
      while !rest.isEmpty {
        let piece = rest.prefix(1 + random.nextInteger(upTo: longestPiece - 1))
        rest = rest.dropFirst(piece.count)
        do { try stream.send(Array(piece)) } catch { break }
      }
      try? stream.closeInput()
    }
    let output = try stream.receiveAll()
    #expect(try stream.wait() == 0)
    #expect(try stream.remainingErrors() == "")
    #expect(output == [UInt8](try bench.bytes("out.wav").suffix(16_000)))
  }

  @Test("A block is answered before the next one comes, and a row before the next row")
  func promptness() throws {
    let bench = try Bench()
    let stream = try makeStream(bench)
    let samples = Signals.noise(frames: 640)
    for block in 0..<10 {
      let bytes = littleEndian(Array(samples[block * 64..<block * 64 + 64]))
      try stream.send(bytes)
      #expect(try stream.receive(bytes.count) == bytes)
    }
    try stream.closeInput()
    #expect(try stream.wait() == 0)
    let rows = try StreamProcess(bench, "-p", "empty", "--format", "csv")
    for line in ["x,y\n", "1.0,2.0\n", "0.5,-3.0\n"] {
      try rows.send(line)
      #expect(try rows.receive(line.utf8.count) == Array(line.utf8))
    }
    try rows.closeInput()
    #expect(try rows.wait() == 0)
  }

  @Test("A signal in a blocked read finishes the block that was begun; exit 0", arguments: [SIGINT, SIGTERM])
  func signalWhileReading(signal number: Int32) throws {
    let bench = try Bench()
    let stream = try makeStream(bench)
    let bytes = littleEndian(Signals.noise(frames: 100))
    try stream.send(bytes)
    #expect(try stream.receive(Self.blockBytes) == Array(bytes.prefix(Self.blockBytes)))
    stream.send(signal: number)
    #expect(try stream.receiveAll() == Array(bytes.dropFirst(Self.blockBytes)))
    #expect(try stream.wait() == 0)
    #expect(try stream.remainingErrors() == "")
  }

  @Test("A signal within a row does not make a shorter number of it")
  func signalWithinRow() throws {
    let bench = try Bench()
    let stream = try StreamProcess(bench, "-p", "empty", "--format", "csv")
    try stream.send("1.5\n2.5\n3.")
    #expect(try stream.receive(8) == Array("1.5\n2.5\n".utf8))
    stream.send(signal: SIGTERM)
    #expect(try stream.receiveAll() == [])
    #expect(try stream.wait() == 0)
  }

  @Test("A signal before the header came ends it quietly", arguments: [["-p", "empty"], ["-p", "empty", "--format", "csv"]])
  func signalBeforeHeader(arguments: [String]) throws {
    let bench = try Bench()
    let process = bench.program.process(arguments: ["stream"] + arguments)
    let (input, errors) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput, process.standardError) = (input, Pipe(), errors)
    try process.run()
    try waitUntil(process.processIdentifier, catches: SIGTERM)
    kill(process.processIdentifier, SIGTERM)
    #expect(try Deadline.wait(forEndOf: process) == 0)
    let said = try Deadline.readAll(from: errors.fileHandleForReading.fileDescriptor, "the errors")
    #expect(withoutChains(String(decoding: said, as: UTF8.self)) == "")
  }

  @Test("A signal in a blocked write ends it although nobody reads, and says so", arguments: [SIGINT, SIGTERM])
  func signalWhileWriting(signal number: Int32) throws {
    let bench = try Bench()
    let stream = try makeStream(bench)
    stream.fill()
    stream.send(signal: number)
    #expect(try stream.wait() == 0)
    let errors = try stream.remainingErrors()
    // Where the pipe's last bytes happened to end a block, nothing was lost.
    #expect(
      errors.isEmpty
        || errors == "convaudio: the reader of the output took nothing, and did not get the rest of the last block.\n")
  }

  #if os(Linux)
    @Test("A slow reader gets the whole block that was begun, and a second signal ends it at once")
    func slowReader() throws {
      let bench = try Bench()
      // Blocks of four times what a pipe holds.
      let stream = try makeStream(bench, block: 65_536)
      let block = [UInt8](repeating: 7, count: 4 * 65_536)
      try stream.send(block)
      #expect(try stream.receive(1000).count == 1000)
      stream.send(signal: SIGTERM)
      try waitUntil(stream.process.processIdentifier, catches: SIGTERM, false)
      #expect(try stream.receiveAll().count == block.count - 1000)
      #expect(try stream.wait() == 0)

      let other = try makeStream(bench, block: 65_536)
      try other.send(block)
      #expect(try other.receive(1000).count == 1000)
      other.send(signal: SIGTERM)
      try waitUntil(other.process.processIdentifier, catches: SIGTERM, false)
      other.send(signal: SIGINT)
      #expect(try other.wait() == -SIGINT)
    }

    @Test("SIGUSR1 prints how long blocks took, while it waits, and it goes on")
    func latencyReport() throws {
      let bench = try Bench()
      let stream = try makeStream(bench)
      let block = littleEndian(Signals.noise(frames: 64))
      let line = try Regex(
        #"convaudio: (\d+) blocks took p50 [\d.]+ µs, p99 [\d.]+ µs, p99\.9 [\d.]+ µs, worst [\d.]+ µs\.\n"#)
      for blocks in 1...2 {
        try stream.send(block)
        #expect(try stream.receive(block.count) == block)
        stream.send(signal: SIGUSR1)
        let report = try stream.receiveErrorLine()
        #expect(try line.wholeMatch(in: report)?[1].substring == "\(blocks)", "\(report)")
      }
      try stream.closeInput()
      #expect(try stream.wait() == 0)
      let atEnd = try bench.program.shell(#"head -c 1000 /dev/zero | "$0" stream "$@" --latency-report"#, Self.raw)
      #expect(try line.wholeMatch(in: atEnd.errors)?[1].substring == "4", "\(atEnd.errors)")
    }

    @Test(
      "Only reads and writes happen between the first block and the last",
      .enabled(if: canTrace, "strace shows the system calls"), .countsAllocations)
    func systemCalls() throws {
      let bench = try Bench()
      try bench.audio("in.wav", channels: 2, frames: 100_000)
      let traced = try bench.program.shell(
        // The chain is printed on standard error before the first block.
        #"strace -o trace.txt "$0" stream -p tiny < in.wav > out.wav; sed 's/^write(2,.*/error/; s/(.*//' trace.txt > names.txt"#
      )
      #expect(traced.status == 0, "\(traced.errors)")
      let names = String(decoding: try bench.bytes("names.txt"), as: UTF8.self).split(separator: "\n")
      let first = try #require(names.firstIndex(of: "write"))
      let last = try #require(names.lastIndex(of: "write"))
      #expect(last - first > 100_000 / 64)
      #expect(names[first...last].allSatisfy { $0 == "read" || $0 == "write" })
    }

    private static let canTrace: Bool = {
      guard let bench = try? Bench() else { return false }
      return (try? bench.program.shell("strace -o trace.txt true").status) == 0
    }()

    @Test(
      "Audio is neither read from a keyboard nor written to a screen",
      .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script"), "script makes the terminal"),
      arguments: ["stream", "process -"])
    func terminals(command: String) throws {
      let bench = try Bench()
      try bench.audio("in.wav")
      let typed = try bench.program.shell(#"script -qec "'$0' \#(command) -p tiny" /dev/null < /dev/null"#)
      #expect(typed.status == 1)
      #expect(typed.output.contains("convaudio: standard input: is a terminal, expected audio from a pipe or file."))
      let shown = try bench.program.shell(#"script -qec "'$0' \#(command) -p tiny < in.wav" /dev/null < /dev/null"#)
      #expect(shown.status == 1)
      #expect(shown.output.contains("convaudio: standard output: is a terminal, expected a pipe or file for audio."))
    }
  #endif

  @Test("A closed standard stream is an error, not a silence")
  func closedStreams() throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    let output = try bench.program.shell(#""$0" stream -p tiny < in.wav >&-"#)
    #expect((output.status, output.errors) == (1, "convaudio: standard output: cannot be written: Bad file descriptor.\n"))
    let input = try bench.program.shell(#""$0" stream -p tiny <&-"#)
    #expect((input.status, input.errors) == (1, "convaudio: standard input: cannot be read: Bad file descriptor.\n"))
    #expect(try bench.program.shell(#""$0" process in.wav -p tiny -o - >&-"#).status == 1)
  }

  @Test("A signal that was ignored when the program started stays ignored", arguments: ["HUP", "INT"])
  func ignoredSignal(name: String) throws {
    let bench = try Bench()
    // The sender of the signals knows the program by its number, which exec keeps.
    let outcome = try bench.program.shell(
      #"""
      mkfifo pipe
      (trap '' "$1"; exec "$0" stream -p empty --format csv < pipe > rows.csv) &
      exec 3> pipe
      echo 1 >&3
      while [ ! -s rows.csv ]; do sleep 0.02; done
      kill -s "$1" $!; kill -s TERM $!
      wait $!
      """#, name)
    #expect((outcome.status, outcome.errors) == (0, ""))
    let twice = try bench.program.shell(
      #"""
      (trap '' "$1"; exec "$0" stream -p empty --format csv < pipe > rows.csv) &
      exec 3> pipe
      echo 1 >&3
      while [ ! -s rows.csv ]; do sleep 0.02; done
      kill -s "$1" $!
      echo 2 >&3
      while [ "$(wc -l < rows.csv)" -lt 2 ]; do sleep 0.02; done
      exec 3>&-
      wait $!
      """#, name)
    #expect((twice.status, twice.errors) == (0, ""))
  }

  @Test("Nobody who reads our words keeps a signal from ending it")
  func blockedErrors() throws {
    let bench = try Bench()
    let stream = try makeStream(bench)
    let block = littleEndian(Signals.noise(frames: 64))
    // More reports than a pipe holds, which nobody reads.
    for _ in 0..<800 {
      stream.send(signal: SIGUSR1)
      try stream.send(block)
      #expect(try stream.receive(block.count) == block)
    }
    stream.send(signal: SIGTERM)
    #expect(try stream.wait() == 0)
  }

  @Test("NaN is silence by default, so that a recurrent model or a transform recovers")
  func nonFinite() throws {
    let bench = try Bench()
    let input = [Float.nan, 1, .infinity, 0.5].flatMap { withUnsafeBytes(of: $0) { Array($0) } }
    try Data(input).write(to: URL(filePath: bench.path("in.raw")))
    func run(_ options: String) throws -> (Outcome, [Float]) {
      let outcome = try bench.program.shell(
        #""$0" stream -p empty --format f32le --rate 8000 --channels 1 \#(options) < in.raw > out.raw"#, [])
      let bytes = try bench.bytes("out.raw")
      return (outcome, bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) })
    }
    let (usual, zeroed) = try run("")
    #expect(zeroed == [0, 1, 0, 0.5] && usual.errors.contains("2 samples of the input were NaN or infinite"))
    #expect(try run("--non-finite keep").1[0].isNaN)
    #expect(try run("--non-finite error").0.status == 1)
  }

  @Test("A reader that goes away ends it quietly")
  func closedReader() throws {
    let bench = try Bench()
    let outcome = try bench.program.shell(
      #"{ "$0" stream "$@" < /dev/zero; echo $? >&2; } | head -c 1000 | wc -c"#, Self.raw)
    #expect(outcome.output.split(separator: " ").first.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } == "1000")
    #expect(outcome.errors == "0\n")
  }

  @Test("A short last frame is a note or an error, as asked, and a full disk an error, after what could be written")
  func failures() throws {
    let bench = try Bench()
    let short = try bench.program.shell(#"head -c 1001 /dev/zero | "$0" stream "$@" | wc -c; echo"#, Self.raw)
    #expect(short.output.contains("1000"))
    #expect(short.errors == "convaudio: the stream ends within a frame, whose first 1 of 4 bytes are dropped.\n")
    let strict = try bench.program.shell(
      #"head -c 1001 /dev/zero | "$0" stream --truncated error "$@" | wc -c"#, Self.raw)
    #expect(strict.output.contains("1000"))
    #expect(
      strict.errors == "convaudio: standard input: ends within frame 250, counted from 0: expected 4 bytes, and 1 came; "
        + "--truncated keep uses the frames that are there.\n")
    let status = try bench.program.shell(
      #"head -c 1001 /dev/zero | "$0" stream --truncated error "$@" > /dev/null"#, Self.raw)
    #expect(status.status == 1)
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let full = try bench.program.shell(#""$0" stream "$@" < /dev/zero > /dev/full"#, Self.raw)
    #expect((full.status, full.errors) == (1, "convaudio: standard output: cannot be written: No space left on device.\n"))
  }

  @Test(
    "Options that cannot be are usage errors",
    arguments: [
      ["--block", "0"], ["--block", "65537"], ["--rate", "0"], ["--channels", "0"], ["--channels", "1025"],
      ["--format", "s16be"], ["--mix", "2"], ["--missing", "drop"], ["in.wav"], ["--format", "csv", "--block", "2"],
      ["--output-format", "s16le", "--bit-depth", "24"],
    ])
  func usage(arguments: [String]) throws {
    let bench = try Bench()
    #expect(try bench.program.shell(#""$0" stream -p tiny "$@" < /dev/null"#, arguments).status == 64)
  }

  @Test("The end of a WAV of known length goes out although its writer leaves the pipe open")
  func openPipe() throws {
    let bench = try Bench()
    try bench.audio("in.wav", frames: 100)
    let stream = try StreamProcess(bench, "-p", "empty")
    try stream.send([UInt8](try bench.bytes("in.wav")))
    #expect(try stream.receive(44 + 200).suffix(200) == bench.bytes("in.wav").suffix(200))
    try stream.closeInput()
    #expect(try stream.wait() == 0)
  }

  @Test("A first row is a header if it holds no number, or if --header says so")
  func headers() throws {
    let bench = try Bench()
    let mixed = try bench.program.shell(#"printf '1.0,2.O\n3,4\n' | "$0" stream -p empty --format csv"#)
    #expect(mixed.status == 1 && mixed.output == "")
    #expect(
      mixed.errors
        == "convaudio: standard input: line 1, column 2: expected a number as in other columns of the first row, but found '2.O'; --header yes takes the first row for names.\n")
    let years = try bench.program.shell(#"printf '2020,2021\n3,4\n' | "$0" stream -p empty --format csv --header yes"#)
    #expect((years.status, years.output) == (0, "2020,2021\n3.0,4.0\n"))
  }

  @Test("What a user should know is said at the end, and not with --quiet")
  func remarks() throws {
    let bench = try Bench()
    let script = #"printf '1,2\n,3\n' | "$0" stream -p empty --format csv --missing hold "$@""#
    let said = try bench.program.shell(script)
    #expect((said.status, said.output) == (0, "1.0,2.0\n1.0,3.0\n"))
    #expect(said.errors == "convaudio: 1 missing value was replaced.\n")
    #expect(try bench.program.shell(script, "--quiet").errors == "")
    let loud = try bench.program.shell(
      #"printf '2\n-0.5\n' | "$0" stream -p empty --format csv --output-format s16le | wc -c"#)
    #expect(loud.errors == "convaudio: 1 sample was clipped; --gain-out -6.1 avoids it.\n")
  }

  /// Waits until a handler for the signal is installed, or removed.
  private func waitUntil(_ process: pid_t, catches number: Int32, _ wanted: Bool = true) throws {
    try Deadline.wait(for: wanted ? "a signal handler" : "a signal handler to go") {
      let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
      let line = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
      let mask = line.flatMap { UInt64($0.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16) } ?? 0
      return (mask >> UInt64(number - 1) & 1 == 1) == wanted
    }
  }
}
