import ConvAudioKit
import Foundation
import StreamingConvolution
import TestSupport
import Testing

@Suite struct SoundTests {
  @Test("The program gives the bits of the library", arguments: [1, 2, 6, 64])
  func equalsTheLibrary(channels: Int) throws {
    let bench = try Bench()
    let input = try bench.audio("in.wav", channels: channels, frames: 5000, encoding: .float32)
    #expect(try bench.program.run("process", "in.wav", "-p", "tiny", "--quiet").status == 0)
    let processor = try Chain(preset: bench.path("tiny.json"))
      .makeProcessor(channels: channels, maximumBlockFrames: 777)
    let expected = BlockRun.of(processor, on: input, in: .primes).output
    let (info, output) = try bench.read("in.tiny.wav")
    #expect(info.encoding == .float32)
    #expect(firstBitDifference(output, expected) == nil)
    #expect(firstBitDifference(output, input) != nil)
  }

  @Test("Every level of kernels gives the same file")
  func kernelLevels() throws {
    var bench = try Bench()
    try bench.audio("in.wav", channels: 2)
    var files: [Data] = []
    for level in ["baseline", "avx2", "avx512", "neon"] {
      bench.program.environment["CONVAUDIO_KERNELS"] = level
      #expect(try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "\(level).wav").status == 0)
      files.append(try bench.bytes("\(level).wav"))
    }
    #expect(Set(files).count == 1)
  }

  static let lossless: [(String, SampleEncoding)] = ["wav", "rf64", "w64", "aiff", "caf", "au", "flac"].flatMap {
    name in
    [SampleEncoding.pcm(bits: 8), .pcm(bits: 16), .pcm(bits: 24), .float32].compactMap { encoding in
      name == "flac" && encoding == .float32 ? nil : (name, encoding)
    }
  }

  @Test("A preset without stages gives files of up to 24 bits and floats back bit for bit", arguments: lossless)
  func emptyPreset(name: String, encoding: SampleEncoding) throws {
    let bench = try Bench()
    try bench.audio("in.\(name)", channels: 2, encoding: encoding)
    let outcome = try bench.program.run("process", "in.\(name)", "-p", "empty")
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    let (before, after) = (try bench.read("in.\(name)"), try bench.read("in.empty.\(name)"))
    #expect(after.info.encoding == encoding)
    #expect(firstBitDifference(before.samples, after.samples) == nil)
    #expect(try bench.bytes("in.\(name)") == bench.bytes("in.empty.\(name)"))
  }

  @Test("With --mix 0 the input comes back", arguments: [SampleEncoding.pcm(bits: 16), .pcm(bits: 24), .float32])
  func dryMix(encoding: SampleEncoding) throws {
    let bench = try Bench()
    try bench.audio("in.wav", channels: 2, encoding: encoding)
    #expect(try bench.program.run("process", "in.wav", "-p", "tiny", "--mix", "0", "--no-dither").status == 0)
    #expect(try bench.bytes("in.wav") == bench.bytes("in.tiny.wav"))
  }

  @Test("With --mix 0 what the preset makes of NaN, infinity and −0 is not heard")
  func dryMixOfNonFinite() throws {
    let bench = try Bench()
    try bench.audio("in.wav", [[-0.0, 0.5, .infinity, -0.25, .nan, 1, -0.0]], encoding: .float32)
    #expect(try bench.program.run("process", "in.wav", "-p", "tiny", "--mix", "0").status == 0)
    #expect(try bench.bytes("in.wav") == bench.bytes("in.tiny.wav"))
  }

  @Test("Gains are in dB, may be negative, and come before and after the preset")
  func gains() throws {
    let bench = try Bench()
    let input = try bench.audio("in.wav", encoding: .float32)
    let outcome = try bench.program.run(
      "process", "in.wav", "-p", "tiny", "--gain-in", "-6", "--gain-out", "-12.5", "--mix", "0.25")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let processor = GainAndMix(
      try Chain(preset: bench.path("tiny.json")).makeProcessor(), gainIn: Float(pow(10, -6.0 / 20)),
      gainOut: Float(pow(10, -12.5 / 20)), mix: 0.25)
    let expected = BlockRun.of(processor, on: input, in: .whole).output
    #expect(firstBitDifference(try bench.read("in.tiny.wav").samples, expected) == nil)
  }

  @Test("Floats over full scale stay floats and are not scaled; 16 bits clip, and the clipped are counted")
  func overFullScale() throws {
    let bench = try Bench()
    let input = try bench.audio("in.wav", [[0, 0.5, 1.5, -3, 1, -1]], encoding: .float32)
    #expect(try bench.program.run("process", "in.wav", "-p", "empty").status == 0)
    #expect(firstBitDifference(try bench.read("in.empty.wav").samples, input) == nil)
    let clipped = try bench.program.run(
      "process", "in.wav", "-p", "empty", "--bit-depth", "16", "--no-dither", "-o", "clipped.wav")
    #expect(clipped.output.hasSuffix("peak 9.5 dBFS, 3 samples clipped; WAV, 16-bit\n"), "\(clipped.output)")
    #expect(try bench.read("clipped.wav").samples == [[0, 0.5, 32767.0 / 32768, -1, 32767.0 / 32768, -1]])
  }

  @Test("Reducing to 16 bits adds triangular dither, and --no-dither does not")
  func dither() throws {
    let bench = try Bench()
    let step: Float = 1 / 32768
    try bench.audio("in.wav", [[Float](repeating: 0.3 * step, count: 96_000)], encoding: .float32)
    #expect(try bench.program.run("process", "in.wav", "-p", "empty", "--bit-depth", "16").status == 0)
    let steps = try bench.read("in.empty.wav").samples[0].map { Double($0 / step) }
    // Without dither the mean would be 0. TPDF's variance and that of rounding: 1/6 + 1/12 = 1/4 step².
    // Five standard errors: 5 · 0.5 / √96000 for the mean, and about as much for the deviation.
    let mean = steps.reduce(0, +) / 96_000
    let deviation = (steps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 96_000).squareRoot()
    #expect(abs(mean - 0.3) < 0.01)
    #expect(abs(deviation - 0.5) < 0.01)
    let plain = try bench.program.run(
      "process", "in.wav", "-p", "empty", "--bit-depth", "16", "--no-dither", "--force")
    #expect(plain.status == 0)
    #expect(try bench.read("in.empty.wav").samples[0].allSatisfy { $0 == 0 })
  }

  @Test("Every format goes in and comes out", arguments: AudioContainer.allCases)
  func formats(container: AudioContainer) throws {
    let bench = try Bench()
    let name = container.rawValue
    let noise = Signals.sine(frames: 9600)
    try bench.audio("in.\(name)", [noise, noise], encoding: container.lossyEncoding ?? .pcm(bits: 16))
    #expect(try bench.program.run("process", "in.\(name)", "-p", "tiny").status == 0)
    let kept = try bench.read("in.tiny.\(name)").info
    #expect(kept.encoding == container.lossyEncoding ?? .pcm(bits: 16))
    #expect((kept.channels, kept.sampleRateHz) == (2, 48_000))
    #expect(kept.frames == (try bench.read("in.\(name)")).info.frames)
    #expect(try bench.program.run("process", "in.\(name)", "-p", "tiny", "-o", "named", "--format", "flac").status == 0)
    #expect(try bench.read("named").info.container == .flac)
  }

  @Test("32-bit integers and doubles are rounded, and that is said")
  func rounding() throws {
    let bench = try Bench()
    try bench.audio("a.wav", encoding: .pcm(bits: 32))
    try bench.audio("b.wav", encoding: .float64)
    let outcome = try bench.program.run("process", "a.wav", "b.wav", "-p", "tiny")
    #expect(outcome.status == 0)
    #expect(
      outcome.errors == """
        convaudio: a.wav: 32-bit integers are rounded to Float32 (24 significant bits).
        convaudio: b.wav: doubles are rounded to Float32.

        """)
    #expect(try bench.read("a.tiny.wav").info.encoding == .pcm(bits: 32))
    #expect(try bench.read("b.tiny.wav").info.encoding == .float64)
  }

  @Test("Text metadata is kept; what a container has no place for is named")
  func text() throws {
    let bench = try Bench()
    try bench.audio("in.wav", text: [.title: "Tïtle", .artist: "Somebody", .genre: "Noise"])
    #expect(try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "out.flac").errors == "")
    let text = try bench.read("out.flac").info.text
    #expect(text[.title] == "Tïtle" && text[.artist] == "Somebody" && text[.genre] == "Noise")
    let lost = try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "out.w64")
    #expect(lost.errors == "convaudio: in.wav: W64 has no place for title, artist, genre.\n")
  }

  @Test("NaN and infinity are counted, and go where --non-finite says")
  func nonFinite() throws {
    let bench = try Bench()
    try bench.audio("in.wav", [[0, .nan, .infinity, 0.5]], encoding: .float32)
    let kept = try bench.program.run("process", "in.wav", "-p", "empty")
    #expect(
      kept.errors == """
        convaudio: in.wav: 2 samples are NaN or infinite.
        convaudio: in.empty.wav: 2 samples came out as NaN or infinite; --non-finite zero replaces those of the input.

        """)
    #expect(try bench.bytes("in.wav") == bench.bytes("in.empty.wav"))
    #expect(try bench.program.run("process", "in.wav", "-p", "empty", "--non-finite", "zero", "--force").status == 0)
    #expect(try bench.read("in.empty.wav").samples == [[0, 0, 0, 0.5]])
    let refused = try bench.program.run("process", "in.wav", "-p", "empty", "--non-finite", "error", "-o", "x.wav")
    #expect(refused.status == 1)
    #expect(
      refused.errors
        == "convaudio: in.wav: has a sample that is NaN or infinite at frame 1; use --non-finite zero or --non-finite keep to let it through.\n"
    )
    #expect(try bench.files() == ["in.empty.wav", "in.wav"])
  }
}
