import type { Texts } from './texts.js';

export const pt: Texts = {
  unnamedSender: 'Segurança da conta',
  login: {
    sms: '{code} é seu codigo de acesso[ {org}]. Expira em {minutes} min. Nunca o compartilhe.',
    emailSubject: 'Seu código de acesso[ {org}]',
    emailText: `Use este código para entrar na sua conta[ {org}]:

{code}

O código expira em {duration}. Nunca o compartilhe com ninguém.

Se você não tentou entrar na sua conta, outra pessoa pode saber sua senha: altere-a agora mesmo.`,
  },
  password_reset: {
    sms: '{code} é seu codigo[ {org}] para redefinir a senha. Expira em {minutes} min. Nunca o compartilhe.',
    emailSubject: 'Seu código para redefinir a senha[ {org}]',
    emailText: `Use este código para criar uma nova senha para sua conta[ {org}]:

{code}

O código expira em {duration}. Nunca o compartilhe com ninguém.

Se você não o solicitou, ignore esta mensagem: sua senha continua a mesma.`,
  },
  email_verification: {
    sms: '{code} é seu codigo[ {org}] para confirmar o e-mail. Expira em {minutes} min. Nunca o compartilhe.',
    emailSubject: 'Confirme seu e-mail[ para {org}]',
    emailText: `Use este código para confirmar o e-mail da sua conta[ {org}]:

{code}

O código expira em {duration}. Nunca o compartilhe com ninguém.

Se você não tem uma conta[ {org}], ignore esta mensagem.`,
  },
  phone_verification: {
    sms: '{code} é seu codigo[ {org}] para confirmar o telefone. Expira em {minutes} min. Nunca o compartilhe.',
    emailSubject: 'Confirme seu número de telefone[ para {org}]',
    emailText: `Use este código para confirmar o número de telefone da sua conta[ {org}]:

{code}

O código expira em {duration}. Nunca o compartilhe com ninguém.

Se você não o solicitou, ignore esta mensagem.`,
  },
  password_changed: {
    sms: 'Sua senha[ {org}] foi alterada ({time}). Se foi outra pessoa, redefina a senha e contate o suporte.',
    emailSubject: 'Sua senha[ {org}] foi alterada',
    emailText: `A senha da sua conta[ {org}] foi alterada em {time}.

Se foi você, não é preciso fazer nada.

Se não foi você, redefina sua senha agora e entre em contato com o suporte[ de {org}].`,
  },
  contact_changed: {
    sms: 'O e-mail ou telefone da sua conta[ {org}] foi alterado ({time}). Se foi outra pessoa, contate o suporte.',
    emailSubject: 'Os dados de contato da sua conta[ {org}] foram alterados',
    emailText: `O e-mail ou o telefone da sua conta[ {org}] foi alterado em {time}.

Se foi você, não é preciso fazer nada.

Se não foi você, entre em contato agora com o suporte[ de {org}] e redefina sua senha.`,
  },
  new_device: {
    sms: 'Um novo dispositivo acessou sua conta[ {org}] ({time}). Se foi outra pessoa, redefina a senha agora.',
    emailSubject: 'Novo acesso à sua conta[ {org}]',
    emailText: `Um novo dispositivo acessou sua conta[ {org}] em {time}.

Se foi você, não é preciso fazer nada.

Se não foi você, redefina sua senha agora e entre em contato com o suporte[ de {org}].`,
  },
};
