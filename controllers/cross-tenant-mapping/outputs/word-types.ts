export type OutputsEffect = 'publishStrings' | 'withdrawStrings';

export type OutputsReason =
  | 'AwaitingStrings'
  | 'Published'
  | 'Publishing'
  | 'PublishingRefused'
  | 'PublishingUnobservable'
  | 'PublishingUnwanted'
  | 'StringsWithdrawing'
  | 'TargetExists';
