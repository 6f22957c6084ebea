import AudioFiles
import Foundation
import ModelFormats
import ReferenceConvolution
import TestSupport

@testable import ConvAudioKit

/// Convolutions with impulse responses by their definition, in double precision.
struct PlainConvolution {
  /// y[output][t] += gain · Σ_k response[k] · x[input][t − delay − k].
  struct Path {
    var input = 0
    var output = 0
    var response: [Float]
    var delayFrames = 0
    var gain = 1.0
  }

  let paths: [Path]
  let outputs: Int

  /// As long as the input and the longest path's tail, for every output channel.
  func output(for input: [[Float]]) -> [[Double]] {
    let frames = input[0].count + (paths.map { $0.delayFrames + $0.response.count }.max() ?? 1) - 1
    var output = [[Double]](repeating: [Double](repeating: 0, count: frames), count: outputs)
    for path in paths {
      // The reference convolves causally, oldest tap first.
      let reference = ReferenceCausalConvolution(
        inputChannels: 1, outputChannels: 1, kernelSize: path.response.count, weights: path.response.reversed())
      let late = [Float](repeating: 0, count: path.delayFrames) + input[path.input]
      let padded = late + [Float](repeating: 0, count: frames - late.count)
      for (frame, sample) in reference.apply(to: [padded.map(Double.init)], past: [0])[0].enumerated() {
        output[path.output][frame] += path.gain * sample
      }
    }
    return output
  }

  /// What an output may be off by: (13·log2(N) + P)·u·‖w‖·‖x‖ a path, for the longest transform, N = 2¹⁸, and P = 16.
  func bound(for input: [[Float]], output: Int) -> Double {
    paths.filter { $0.output == output }.reduce(0) {
      $0 + 250 * 0x1p-24 * abs($1.gain) * norm($1.response) * norm(input[$1.input])
    }
  }
}

/// The root of the sum of the squares.
func norm(_ samples: [Float]) -> Double { samples.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }

/// Where `actual` is further from the definition than it may be; nil where nowhere. Lengths and channels must agree.
func difference(_ actual: [[Float]], from plain: PlainConvolution, for input: [[Float]]) -> String? {
  let truth = plain.output(for: input)
  guard actual.count == truth.count else { return "\(actual.count) channels, not \(truth.count)" }
  for channel in truth.indices {
    guard actual[channel].count == truth[channel].count else {
      return "channel \(channel) has \(actual[channel].count) frames, not \(truth[channel].count)"
    }
    let bounds = [Double](repeating: plain.bound(for: input, output: channel), count: truth[channel].count)
    if let frame = firstOutsideBound(actual[channel], truth[channel], bounds: bounds) {
      return "channel \(channel), frame \(frame): \(actual[channel][frame]), not \(truth[channel][frame])"
    }
  }
  return nil
}

/// Independent noise that dies away.
func responses(_ count: Int, frames: Int = 150, seed: UInt64 = 3) -> [[Float]] {
  Signals.noise(channels: count, frames: frames, amplitude: 1, seed: seed).map { samples in
    samples.enumerated().map { $1 * Float(exp(-3 * Double($0) / Double(frames))) }
  }
}

/// A chain of one convolution, in memory.
func chain(
  _ responses: [[Float]], rate: Int = 48_000, _ change: (inout ConvolutionDescription) -> Void = { _ in }
) -> Chain {
  var description = ConvolutionDescription(responsePath: "ir.wav")
  change(&description)
  let response = ImpulseResponse(path: "ir.wav", sampleRateHz: rate, channels: responses)
  return Chain(ResponseStage(response, description))
}

extension Chain {
  /// The whole output for `input`, without the latency and with the tail.
  func wholeOutput(
    for input: [[Float]], rate: Int = 48_000, _ change: (inout ChainSettings) -> Void = { _ in }
  ) throws -> [[Float]] {
    var settings = ChainSettings()
    change(&settings)
    let processor = try prepare(channels: input.count, sampleRateHz: rate, settings: settings).processor
    let rest = [Float](repeating: 0, count: processor.latencyFrames + processor.tailFrames)
    let run = BlockRun.of(processor, on: input.map { $0 + rest }, in: .primes)
    return run.output.map { Array($0.dropFirst(processor.latencyFrames)) }
  }
}

/// A folder for audio files.
struct AudioFolder {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  func path(_ name: String) -> String { directory.path + "/" + name }

  /// 32-bit floats.
  func write(_ name: String, _ samples: [[Float]], rate: Int = 48_000) throws {
    let info = AudioFileInfo(
      path: name, container: .wav, encoding: .float32, sampleRateHz: rate, channels: samples.count,
      frames: Int64(samples[0].count))
    let writer = try AudioFileWriter(
      path: path(name), format: .choose(container: .wav, source: info, expectedFrames: info.frames),
      sampleRateHz: rate, channels: samples.count, dither: false)
    let interleaved = samples[0].indices.flatMap { frame in samples.map { $0[frame] } }
    try interleaved.withUnsafeBufferPointer { try writer.write($0) }
    try writer.finish()
  }

  func read(_ name: String) throws -> [[Float]] {
    try ImpulseResponse(path: path(name)).channels
  }

  /// Processes `in.wav` to `out.wav`, and reads that.
  @discardableResult
  func process(
    _ preset: Chain, _ change: (inout ProcessingSettings) -> Void = { _ in }
  ) throws -> (report: ProcessingReport, samples: [[Float]]) {
    var settings = ProcessingSettings()
    settings.replacesExisting = true
    change(&settings)
    let report = try FileProcessor(chain: preset, settings: settings).process(path("in.wav"), to: path("out.wav"))
    return (report, try read("out.wav"))
  }
}

/// Runs raw 32-bit floats through `preset` as a stream.
func stream(
  _ input: [[Float]], through preset: Chain, rate: Int = 48_000,
  _ change: (inout StreamSettings) -> Void = { _ in }
) throws -> (samples: [[Float]], notes: [String]) {
  var settings = StreamSettings()
  (settings.format, settings.sampleRateHz, settings.channels) = (.f32le, rate, input.count)
  settings.isAligned = true
  change(&settings)
  let interleaved = input[0].indices.flatMap { frame in input.map { $0[frame] } }
  let bytes = interleaved.withUnsafeBytes { Array($0) }
  var (place, output, notes): (Int, [UInt8], [String]) = (0, [], [])
  try StreamRunner(chain: preset, settings: settings).run(
    note: { notes.append($0) },
    read: { buffer in
      let count = min(buffer.count, bytes.count - place)
      buffer.copyBytes(from: bytes[place..<place + count])
      place += count
      return count
    }, write: { output += Array($0) })
  let samples = output.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  let count = try preset.makeProcessor(channels: input.count).outputChannels
  return (
    (0..<count).map { channel in stride(from: channel, to: samples.count, by: count).map { samples[$0] } }, notes
  )
}
