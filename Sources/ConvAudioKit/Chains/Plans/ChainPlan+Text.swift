import AudioFiles

extension ChainPlan: CustomStringConvertible {
  /// The chain in one line: `overdrive (.nam) → cabinet → hall (30 % wet)`.
  package var description: String {
    let line = stages.map(\.description).joined(separator: " → ")
    let all = whole.levelTexts
    return all.isEmpty ? line : "\(line); all: \(all.joined(separator: ", "))"
  }
}

extension ChainPlan.Stage: CustomStringConvertible {
  /// `hall (30 % wet, 20 ms predelay)`
  package var description: String {
    let file = source.name.split(separator: "/").last.map(String.init) ?? source.name
    let (stem, ending) = fileNameParts(file)
    // Of a preset's file the ending says nothing.
    let isShown: Bool
    if case .anyModel = source { return "\(source.name)\(choices.text(of: []))" }
    if case .preset = source { isShown = isModelFile(file) } else { isShown = !ending.isEmpty }
    let hasEnding = isShown || ending == "json"
    return (hasEnding ? stem : file) + choices.text(of: isShown ? [".\(ending)"] : [])
  }
}

extension ChainPlan.Choices {
  fileprivate func text(of facts: [String]) -> String {
    var facts = facts
    if let size { facts.append("size \(short(size))") }
    if normalizesLoudness { facts.append("loudness -18 dB") }
    if let inputLevelDBu { facts.append("input \(short(Double(inputLevelDBu))) dBu") }
    switch responseLevel {
    case .normalized(let rule) where rule != .none: facts.append("level by \(rule.rawValue)")
    case .decibels(let decibels): facts.append("level \(short(Double(decibels))) dB")
    case .normalized, nil: break
    }
    if let routing { facts.append(routing.rawValue) }
    if let predelayMilliseconds { facts.append("\(short(Double(predelayMilliseconds))) ms predelay") }
    facts += levelTexts
    return facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))"
  }

  /// Mix, gain and tail.
  fileprivate var levelTexts: [String] {
    var facts: [String] = []
    if let gainInDecibels { facts.append("\(signed(gainInDecibels)) dB before") }
    if let mix, mix != 1 { facts.append("\(short(Double(mix) * 100)) % wet") }
    if let gainDecibels { facts.append("\(signed(gainDecibels)) dB") }
    switch tail {
    case .cut: facts.append("no tail")
    case .seconds(let seconds): facts.append("tail \(short(seconds)) s")
    case .keep, nil: break
    }
    return facts
  }
}

/// A gain with its sign.
private func signed(_ decibels: Float) -> String { (decibels > 0 ? "+" : "") + short(Double(decibels)) }

/// A number with at most two decimals, without zeros at the end.
private func short(_ value: Double) -> String {
  let hundredths = Int((abs(value) * 100).rounded())
  let (whole, rest) = (hundredths / 100, hundredths % 100)
  let fraction = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
  return (value < 0 && hundredths > 0 ? "-" : "") + "\(whole)" + fraction
}
