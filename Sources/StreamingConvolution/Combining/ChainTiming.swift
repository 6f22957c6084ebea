/// Rate, grain, latency, history and tail of processors in a row, in exact arithmetic.
///
/// Every stage counts in frames of its own, so each sum is carried from stage to stage as a fraction and rounded once.
struct ChainTiming {
  private(set) var rate = FrameRate.unity
  /// What blocks must be multiples of, so that every stage gets multiples of its own grain and no stage is fed a frame
  /// too many because the one before it rounded up.
  private(set) var grainFrames = 1
  let latencyFrames: Int
  let historyFrames: Int?
  let tailFrames: Int
  /// Each stage needs its own pre-roll after the one before it has caught up. nil where a stage cannot be cut, or where
  /// the stages count their frames differently.
  let cut: StreamCut?

  /// - Precondition: The latency is a whole number of output frames.
  init(_ stages: [any BlockProcessor]) {
    var latency = Fraction(0)
    var tail = Fraction(0)
    for stage in stages {
      if stage.grainFrames > 1 || stage.rate.numerator > 1 {
        let needed = rate.inputFrames(forWhole: stage.grainFrames)
        grainFrames *= needed / greatestCommonDivisor(grainFrames, needed)
      }
      latency = latency * stage.rate + Fraction(stage.latencyFrames)
      // A stage rounds its frames up, by less than one, and what was rounded up is heard, too.
      tail = tail * stage.rate + Fraction(stage.rate.denominator - 1, over: stage.rate.denominator)
      tail = tail + Fraction(stage.tailFrames)
      rate = rate * stage.rate
    }
    precondition(
      latency.denominator == 1,
      "the latency of a chain must be a whole number of output frames, but the latencies of these stages make "
        + "\(latency.numerator)/\(latency.denominator)")
    latencyFrames = latency.numerator
    tailFrames = tail.floor
    // From the end to the start. The frame that an output frame belongs to is rounded down, by less than one.
    let history = stages.reversed().reduce(Optional(Fraction(0))) { sum, stage in
      guard let sum, let own = stage.historyFrames else { return nil }
      let rounding = Fraction(stage.rate.numerator - 1, over: stage.rate.numerator)
      return sum / stage.rate + rounding + Fraction(own)
    }
    historyFrames = history?.floor
    let grain = StreamCut(alignmentFrames: grainFrames, preRollFrames: 0)
    cut = stages.reduce(Optional(grain)) { sum, stage in
      guard let sum, let own = stage.cut, stage.rate == .unity else { return nil }
      return sum.followed(by: own)
    }
  }
}

/// An exact fraction in lowest terms, 0 or more.
private struct Fraction {
  let numerator: Int
  let denominator: Int

  init(_ numerator: Int, over denominator: Int = 1) {
    let divisor = greatestCommonDivisor(numerator, denominator)
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  var floor: Int { numerator / denominator }

  static func + (a: Fraction, b: Fraction) -> Fraction {
    Fraction(a.numerator * b.denominator + b.numerator * a.denominator, over: a.denominator * b.denominator)
  }

  static func * (a: Fraction, rate: FrameRate) -> Fraction {
    Fraction(a.numerator * rate.numerator, over: a.denominator * rate.denominator)
  }

  static func / (a: Fraction, rate: FrameRate) -> Fraction {
    Fraction(a.numerator * rate.denominator, over: a.denominator * rate.numerator)
  }
}
