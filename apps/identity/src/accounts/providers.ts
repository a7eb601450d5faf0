import type { Provider, Type } from '@nestjs/common';
import { AccountThrottle } from './account-throttle.ts';
import { Authenticate } from './authenticate.ts';
import { ChangePassword } from './change-password.ts';
import { ConsoleAccountController } from './console-account.controller.ts';
import { CreateUser } from './create-user.ts';
import { DeleteAccount } from './delete-account.ts';
import { AnswerEmailChange } from './email-change/answer-email-change.ts';
import { ChangeEmail } from './email-change/change-email.ts';
import { ConfirmEmailChange } from './email-change/confirm-email-change.ts';
import { UndoEmailChange } from './email-change/undo-email-change.ts';
import { EmailController } from './email.controller.ts';
import { FindAccount } from './find-account.ts';
import { KnownDevices } from './known-devices.ts';
import { AccountLinkEntity } from './links/account-link.entity.ts';
import { AccountLinks } from './links/account-links.ts';
import { PasswordBreaches } from './password-breaches.ts';
import { PasswordResetController } from './password-reset.controller.ts';
import { AnswerPasswordReset } from './password-reset/answer-password-reset.ts';
import { ForgotPassword } from './password-reset/forgot-password.ts';
import { ResetPassword } from './password-reset/reset-password.ts';
import { PasswordRules } from './password-rules.ts';
import { AccountRequestEntity } from './requests/account-request.entity.ts';
import { AnswerAccountRequests } from './requests/answer-account-requests.ts';
import { QueueAccountRequest } from './requests/queue-account-request.ts';
import { RevokeUser } from './revoke-user.ts';
import { SignInThrottle } from './sign-in-throttle.ts';
import { SignUpController } from './sign-up.controller.ts';
import { AnswerSignUp } from './sign-up/answer-sign-up.ts';
import { ConfirmSignUp } from './sign-up/confirm-sign-up.ts';
import { SignUp } from './sign-up/sign-up.ts';
import { SignUpGate } from './sign-up/sign-up-gate.ts';
import { UserEntity } from './user.entity.ts';

export const accountsProviders: Provider[] = [
  AccountLinks,
  AccountThrottle,
  AnswerAccountRequests,
  AnswerEmailChange,
  AnswerPasswordReset,
  AnswerSignUp,
  Authenticate,
  ChangeEmail,
  ChangePassword,
  ConfirmEmailChange,
  ConfirmSignUp,
  CreateUser,
  DeleteAccount,
  FindAccount,
  ForgotPassword,
  KnownDevices,
  PasswordBreaches,
  PasswordRules,
  QueueAccountRequest,
  ResetPassword,
  RevokeUser,
  SignInThrottle,
  SignUp,
  SignUpGate,
  UndoEmailChange,
];
export const accountsControllers: Type[] = [ConsoleAccountController, EmailController, PasswordResetController, SignUpController];
export const accountsEntities: Type[] = [AccountLinkEntity, AccountRequestEntity, UserEntity];
