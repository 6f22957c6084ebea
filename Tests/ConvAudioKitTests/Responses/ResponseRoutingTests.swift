import ModelFormats
import TestSupport
import Testing

@testable import ConvAudioKit

/// Which response goes from which input to which output.
@Suite struct ResponseRoutingTests {
  /// A routing by name, channels of file and signal, and the paths that it makes: input, output, response.
  struct Case: CustomTestStringConvertible, Sendable {
    let name: NamedRouting
    let responses: Int
    let channels: Int
    let paths: [[Int]]
    init(_ name: NamedRouting, _ responses: Int, _ channels: Int, _ paths: [[Int]]) {
      (self.name, self.responses, self.channels, self.paths) = (name, responses, channels, paths)
    }
    var testDescription: String { "\(name): \(responses) responses, \(channels) channels" }
  }

  private static let one = [[0, 0, 0]]
  private static let oneForTwo = [[0, 0, 0], [1, 1, 0]]
  private static let oneForThree = [[0, 0, 0], [1, 1, 0], [2, 2, 0]]
  private static let two = [[0, 0, 0], [1, 1, 1]]
  private static let fanToTwo = [[0, 0, 0], [0, 1, 1]]
  private static let fanToThree = [[0, 0, 0], [0, 1, 1], [0, 2, 2]]
  private static let fanToFour = fanToThree + [[0, 3, 3]]
  private static let trueStereo = [[0, 0, 0], [0, 1, 1], [1, 0, 2], [1, 1, 3]]

  /// All that fit, of 1 to 4 responses and 1 to 3 channels.
  static let fitting: [Case] = [
    Case(.auto, 1, 1, one), Case(.auto, 1, 2, oneForTwo), Case(.auto, 1, 3, oneForThree),
    Case(.auto, 2, 1, fanToTwo), Case(.auto, 2, 2, two), Case(.auto, 3, 1, fanToThree),
    Case(.auto, 3, 3, two + [[2, 2, 2]]), Case(.auto, 4, 1, fanToFour), Case(.auto, 4, 2, trueStereo),
    Case(.mono, 1, 1, one), Case(.mono, 1, 2, oneForTwo), Case(.mono, 1, 3, oneForThree),
    Case(.stereo, 2, 1, fanToTwo), Case(.stereo, 2, 2, two),
    Case(.trueStereo, 4, 2, trueStereo),
    Case(.perChannel, 1, 1, one), Case(.perChannel, 2, 2, two), Case(.perChannel, 3, 3, two + [[2, 2, 2]]),
    Case(.fanOut, 1, 1, one), Case(.fanOut, 2, 1, fanToTwo), Case(.fanOut, 3, 1, fanToThree),
    Case(.fanOut, 4, 1, fanToFour),
    Case(.matrix, 1, 1, one), Case(.matrix, 2, 1, fanToTwo), Case(.matrix, 2, 2, [[0, 0, 0], [1, 0, 1]]),
    Case(.matrix, 3, 1, fanToThree), Case(.matrix, 3, 3, [[0, 0, 0], [1, 0, 1], [2, 0, 2]]),
    Case(.matrix, 4, 1, fanToFour), Case(.matrix, 4, 2, trueStereo),
  ]

  @Test(
    "Every routing that fits is the plain sum of its paths, in streams and in files",
    arguments: Thoroughness.cases(of: fitting, quick: 8))
  func sums(_ c: Case) throws {
    let ir = responses(c.responses)
    let input = Signals.noise(channels: c.channels, frames: 400)
    let plain = PlainConvolution(
      paths: c.paths.map { .init(input: $0[0], output: $0[1], response: ir[$0[2]]) },
      outputs: c.paths.map { $0[1] }.max()! + 1)
    let preset = chain(ir) { $0.routing = .named(c.name) }
    for latency in [ConvolutionLatency.lowest, .cheapest, .frames(77)] {
      let output = try preset.wholeOutput(for: input) { $0.latency = latency }
      #expect(difference(output, from: plain, for: input) == nil, "\(latency)")
    }
  }

  @Test("All others are refused, and the sentence says what would fit", arguments: NamedRouting.allCases)
  func refusals(_ name: NamedRouting) throws {
    var refused = 0
    for responses in 1...4 {
      for channels in 1...3
      where !Self.fitting.contains(where: { ($0.name, $0.responses, $0.channels) == (name, responses, channels) }) {
        let preset = chain([[Float]](repeating: [1], count: responses)) { $0.routing = .named(name) }
        #expect(throws: ImpulseResponseError.self) { try preset.makeProcessor(channels: channels) }
        refused += 1
      }
    }
    #expect(refused == 12 - Self.fitting.count { $0.name == name })
    let error = ImpulseResponseError.routing(
      path: "ir.wav", routing: "the routing true-stereo", expected: "four responses and a signal of two channels",
      responses: 4, signal: 1)
    #expect(
      "\(error)"
        == "ir.wav: has 4 channels and the signal has 1, but the routing true-stereo takes four responses and a signal of two channels."
    )
    let trueStereo = chain(responses(4)) { $0.routing = .named(.trueStereo) }
    #expect(throws: error) { try trueStereo.makeProcessor(channels: 1) }
  }

  @Test("Paths have delays and gains of their own, and share responses; an output without a path is silent")
  func paths() throws {
    let ir = responses(2)
    let input = Signals.noise(channels: 2, frames: 400)
    // At 8000 Hz a millisecond is 8 frames.
    let preset = chain(ir, rate: 8000) {
      $0.routing = .paths(
        [
          .init(input: 0, output: 0, response: 0, delayMilliseconds: 12.5, gainDecibels: -6),
          .init(input: 0, output: 3, response: 1, gainDecibels: 20),
          .init(input: 1, output: 0, response: 1, delayMilliseconds: 1.06),
          .init(input: 1, output: 1, response: 1, delayMilliseconds: 0.07),
        ], inputChannels: 2, outputChannels: 4)
      $0.predelayMilliseconds = 5
      $0.gainDecibels = 3
    }
    let three = 1.4125375446227544
    let plain = PlainConvolution(
      paths: [
        .init(input: 0, output: 0, response: ir[0], delayFrames: 140, gain: three * 0.5011872336272722),
        .init(input: 0, output: 3, response: ir[1], delayFrames: 40, gain: three * 10),
        .init(input: 1, output: 0, response: ir[1], delayFrames: 48, gain: three),
        .init(input: 1, output: 1, response: ir[1], delayFrames: 41, gain: three),
      ], outputs: 4)
    for latency in [ConvolutionLatency.lowest, .cheapest] {
      let output = try preset.wholeOutput(for: input, rate: 8000) { $0.latency = latency }
      #expect(difference(output, from: plain, for: input) == nil, "\(latency)")
      #expect(output[2].allSatisfy { $0 == 0 })
    }
    #expect((preset.inputChannels, preset.outputChannels) == (2, 4))
    #expect(try preset.makeProcessor().inputChannels == 2)
    let path = ImpulseResponseError.path(path: "ir.wav", index: 0, expected: 2, actual: 2)
    #expect(throws: path) {
      try chain(ir) {
        $0.routing = .paths([.init(input: 0, output: 0, response: 2)], inputChannels: 1, outputChannels: 1)
      }.makeProcessor()
    }
    #expect("\(path)" == "ir.wav: paths[0] names response 2, but the file has 2 channels, counted from 0.")
    #expect(throws: ImpulseResponseError.self) { try preset.makeProcessor(channels: 1) }
  }

  @Test("The comparison of these tests sees a swapped channel, a frame too late, a dropped path and a wrong gain")
  func comparison() throws {
    let ir = responses(4)
    let input = Signals.noise(channels: 2, frames: 400)
    let output = try chain(ir).wholeOutput(for: input)
    func plain(_ change: (inout [PlainConvolution.Path]) -> Void) -> PlainConvolution {
      var paths = [[0, 0, 0], [0, 1, 1], [1, 0, 2], [1, 1, 3]].map {
        PlainConvolution.Path(input: $0[0], output: $0[1], response: ir[$0[2]])
      }
      change(&paths)
      return PlainConvolution(paths: paths, outputs: 2)
    }
    #expect(difference(output, from: plain { _ in }, for: input) == nil)
    let faults: [(inout [PlainConvolution.Path]) -> Void] = [
      { ($0[1].output, $0[0].output) = (0, 1) },
      { ($0[1].response, $0[2].response) = ($0[2].response, $0[1].response) },
      { $0.removeLast() }, { $0[3].gain = 1.001 },
      { paths in for index in paths.indices { paths[index].delayFrames = 1 } },
    ]
    for fault in faults { #expect(difference(output, from: plain(fault), for: input) != nil) }
  }
}
