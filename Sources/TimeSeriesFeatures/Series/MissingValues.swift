/// How to replace missing values, which are NaN in a series.
public enum MissingValues: String, CaseIterable, Sendable {
  /// Keep them; transforms then throw `FeatureError.notFinite`.
  case error
  /// Replace them with 0.
  case zero
  /// Repeat the channel's previous value; before the first value, use the first one.
  case hold
  /// Interpolate linearly between the neighbouring values; before the first and after the last value, use that value.
  case linear
}

extension SeriesSet {
  /// The set with missing values replaced. A channel without any values becomes 0.
  public func filling(_ missing: MissingValues) -> SeriesSet {
    guard missing != .error, values.contains(where: \.isNaN) else { return self }
    var filled = self
    for index in 0..<count {
      for channel in 0..<channels {
        let start = starts[index] + channel * lengths[index]
        filled.values.fill(start..<(start + lengths[index]), missing)
      }
    }
    return filled
  }
}

extension [Float] {
  fileprivate mutating func fill(_ range: Range<Int>, _ missing: MissingValues) {
    var point = range.lowerBound
    while point < range.upperBound {
      guard self[point].isNaN else {
        point += 1
        continue
      }
      let end = self[point..<range.upperBound].firstIndex { !$0.isNaN } ?? range.upperBound
      let before = point > range.lowerBound ? self[point - 1] : nil
      let after = end < range.upperBound ? self[end] : nil
      for gap in point..<end {
        switch missing {
        case .error, .zero: self[gap] = 0
        case .hold: self[gap] = before ?? after ?? 0
        case .linear:
          guard let before, let after else {
            self[gap] = before ?? after ?? 0
            continue
          }
          let place = Float(gap - point + 1) / Float(end - point + 1)
          self[gap] = before + (after - before) * place
        }
      }
      point = end
    }
  }
}
