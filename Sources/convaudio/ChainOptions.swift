import ArgumentParser
import ConvAudioKit
import ModelFormats

/// What a signal goes through: presets, models and impulse responses, in the order in which they are given.
struct ChainOptions: ParsableArguments {
  @Option(
    name: [.short, .customLong("preset")],
    help: """
      A preset: its name (see convaudio presets) or its .json file. -p, --model and --ir may be mixed and repeated; the \
      chain runs in their order.
      """)
  var presets: [String] = []

  @Option(
    name: .customLong("chain"),
    help: ArgumentHelp("A chain file (JSON, same format as a preset), used like a preset.", valueName: "file"))
  var chainFiles: [String] = []

  @Option(name: .customLong("model"), help: ArgumentHelp("A trained model (.nam).", valueName: "file"))
  var models: [String] = []

  @Option(
    name: .customLong("ir"),
    help: ArgumentHelp(
      "An impulse response: an audio file, or a preset such as hall or cabinet.", valueName: "file|preset"))
  var responses: [String] = []

  @Flag(help: "Allow presets and chain files to name files outside their own folders.")
  var allowOutside = false

  /// The stages in their order, each with the options that follow it.
  ///
  /// - Parameters:
  ///   - choices: The options of stages.
  ///   - subject: The only stage, where it is named without an option.
  /// - Throws: `ValidationError` for an option that does not belong to the stage before it, or is given twice there.
  func plan(_ choices: StageOptions, subject: ChainPlan.Source? = nil) throws -> ChainPlan {
    var plan = ChainPlan()
    plan.allowsOutside = allowOutside
    var reader = PlanReader(plan: plan)
    var counts: [String: Int] = [:]
    for name in ArgumentScan.order {
      let index = counts[name, default: 0]
      counts[name] = index + 1
      switch name {
      case "preset": try reader.add(.preset(presets[index]), "-p")
      case "chain": try reader.add(.preset(chainFiles[index]), "--chain")
      case "model": try reader.add(.model(models[index]), "--model")
      case "ir": try reader.add(.response(responses[index]), "--ir")
      case "models" where index == 0: try reader.add(.anyModel("every model"), "--models")
      default: try choices.read(name, index, into: &reader)
      }
    }
    if let subject {
      guard reader.plan.stages.isEmpty else {
        throw ValidationError(
          "\(subject.name) and a chain are given; put \(subject.name) into the chain with -p, --model or --ir.")
      }
      reader.plan.stages = [ChainPlan.Stage(subject)]
    }
    try reader.checkWhole()
    return reader.plan
  }
}

/// Options that belong to one stage, or to the whole chain.
struct StageOptions: ParsableArguments {
  /// Their title in help.
  static let title = "Stage options (for the stage before them; before the first stage, for the whole chain)"

  @Option(
    name: .customLong("mix"),
    help: ArgumentHelp("Dry/wet mix: 0 dry, 1 wet, or a percentage (default: 1).", valueName: "share"))
  var mixes: [Share] = []

  @Option(
    name: .customLong("gain"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Gain in dB after the stage and its mix (default: 0).", valueName: "dB"))
  var gains: [Decibels] = []

  @Option(
    name: .customLong("tail"),
    help: ArgumentHelp(
      """
      How much of the reverb tail to keep after the input ends: all, nothing, or a time in seconds or with a unit \
      (500ms) (default: keep).
      """, valueName: "keep|cut|time"))
  var tails: [TailPolicy] = []

  @Option(
    name: .customLong("predelay"),
    help: ArgumentHelp(
      "Silence before an impulse response, in milliseconds or with a unit (20ms, 0.02s) (default: 0).",
      valueName: "time"))
  var predelays: [Predelay] = []

  @Option(
    name: .customLong("ir-channels"),
    help: "How the channels of an impulse response connect inputs and outputs (default: auto).")
  var routings: [NamedRouting] = []

  @Option(
    name: .customLong("ir-gain"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      Level of an impulse response: none (unchanged), peak (highest gain 0 dB), energy (noise keeps its level), or a \
      gain in dB (default: none).
      """, valueName: "none|peak|energy|dB"))
  var responseGains: [ResponseGain] = []

  @Option(
    name: .customLong("slim"),
    help: ArgumentHelp("Which size of a multi-size model to run: 0 smallest, 1 full (default: 1).", valueName: "size"))
  var sizes: [Share] = []

  @Flag(
    name: .customLong("normalize-loudness"),
    help: """
      Normalize a model to -18 dB, using the loudness in its metadata, or a measurement where there is none. For the \
      whole chain: the last model.
      """)
  var loudnessFlags: Int

  @Option(
    name: .customLong("input-level-dbu"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      Level of a full-scale sine at the interface that recorded the input, in dBu RMS. The input is scaled to the level \
      in the model's metadata. For the whole chain: the first model.
      """, valueName: "dBu"))
  var inputLevels: [Decibels] = []

  /// Takes one of these options, in its turn.
  fileprivate func read(_ name: String, _ index: Int, into reader: inout PlanReader) throws {
    switch name {
    case "mix": try reader.choose(\.mix, try mixes[index].checked("--mix"), "--mix")
    case "gain": try reader.choose(\.gainDecibels, try gains[index].checked("--gain"), "--gain")
    case "tail": try reader.choose(\.tail, tails[index], "--tail")
    case "predelay":
      try reader.choose(
        \.predelayMilliseconds, try predelays[index].checked("--predelay"), "--predelay", of: .response)
    case "ir-channels": try reader.choose(\.routing, routings[index], "--ir-channels", of: .response)
    case "ir-gain": try reader.choose(\.responseLevel, responseGains[index].level, "--ir-gain", of: .response)
    case "slim":
      try reader.choose(\.size, Double(try sizes[index].checked("--slim")), "--slim", of: .model)
    case "normalize-loudness": reader.normalizeLoudness()
    case "input-level-dbu":
      try reader.choose(
        \.inputLevelDBu, try inputLevels[index].checked("--input-level-dbu", unit: "dBu"), "--input-level-dbu",
        of: .model)
    default: break
    }
  }
}

/// Fills in a plan, from left to right.
private struct PlanReader {
  /// Kinds of stages that an option may belong to.
  enum Kind {
    case any, model, response

    var name: String { self == .model ? "model" : "impulse response" }
    var option: String { self == .model ? "a --model" : "an --ir" }

    func has(_ source: ChainPlan.Source) -> Bool {
      switch self {
      case .any: true
      case .model: source.isModel
      case .response: source.isResponse
      }
    }
  }

  var plan: ChainPlan
  /// The last stage as it was typed.
  private var typed = ""
  /// Options for the whole that only some stages can carry out.
  private var wanted: [(option: String, kind: Kind)] = []
  /// Options after a stage that cannot carry them out.
  private var misplaced: [(option: String, kind: Kind, typed: String)] = []

  init(plan: ChainPlan) { self.plan = plan }

  mutating func add(_ source: ChainPlan.Source, _ option: String) throws {
    guard !source.name.isEmpty else {
      let what = source.isResponse ? "an audio file" : "a file"
      throw ValidationError("\(option == "-p" ? "--preset" : option) is empty, expected \(what).")
    }
    typed = "\(option) \(source.name)"
    plan.stages.append(ChainPlan.Stage(source))
  }

  mutating func choose<Value>(
    _ path: WritableKeyPath<ChainPlan.Choices, Value?>, _ value: Value, _ option: String, of kind: Kind = .any
  ) throws {
    check(option, kind)
    let last = plan.stages.indices.last
    guard (last.map { plan.stages[$0].choices } ?? plan.whole)[keyPath: path] == nil else {
      throw ValidationError(
        "\(option) is given twice \(last == nil ? "before the first stage" : "after \(typed)"); it can be given once for a stage.")
    }
    if let last { plan.stages[last].choices[keyPath: path] = value } else { plan.whole[keyPath: path] = value }
  }

  mutating func normalizeLoudness() {
    check("--normalize-loudness", .model)
    if let last = plan.stages.indices.last {
      plan.stages[last].choices.normalizesLoudness = true
    } else {
      plan.whole.normalizesLoudness = true
    }
  }

  /// Refuses options that no stage can carry out, or not the one before them.
  func checkWhole() throws {
    for (option, kind) in wanted where !plan.stages.contains(where: { kind.has($0.source) }) {
      throw ValidationError("\(option) needs \(kind.option).")
    }
    for (option, kind, typed) in misplaced {
      // Without any such stage, the place is not the problem.
      guard plan.stages.contains(where: { kind.has($0.source) }) else {
        throw ValidationError("\(option) needs \(kind.option).")
      }
      throw ValidationError(
        "\(option) is for \(kind == .model ? "a" : "an") \(kind.name), and follows \(typed); put it after \(kind.option).")
    }
  }

  private mutating func check(_ option: String, _ kind: Kind) {
    if kind == .any { return }
    guard let last = plan.stages.last else { return wanted.append((option, kind)) }
    if !kind.has(last.source) { misplaced.append((option, kind, typed)) }
  }
}

extension ChainPlan {
  /// Says once what the signal goes through. Not an error, so without the program's name.
  func announce(quietly isQuiet: Bool = false) {
    if !isQuiet { writeToStandardError("chain: \(withoutControls(description))\n") }
  }
}

extension ChainPlan.Remark {
  /// What was chosen without effect, as the option that chose it.
  var sentence: String {
    switch self {
    case .oneSize(let model): "--slim has no effect on \(model), which has one size"
    case .noTail(let stage): "--tail has no effect on \(stage), which has no tail"
    }
  }
}
