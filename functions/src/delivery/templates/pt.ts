import type { Texts } from './texts.js';

export const pt: Texts = {
  unnamedSender: 'Segurança da conta',
  login: {
    sms: '{code} é seu codigo de acesso[ {org}]. Expira em {minutes} min. Nunca o compartilhe.',
    emailSubject: 'Seu código de acesso[ {org}]',
    emailText: `Use este código para entrar na sua conta[ {org}]:

{code}

Ele expira em {duration}. Nunca o compartilhe com ninguém.

Se você não está entrando na sua conta agora, outra pessoa pode saber sua senha: por favor, altere-a.`,
  },
  password_reset: {
    sms: '{code} é seu codigo[ {org}] para redefinir a senha. Expira em {minutes} min. Nunca o compartilhe.',
    emailSubject: 'Seu código para redefinir a senha[ {org}]',
    emailText: `Use este código para criar uma nova senha para sua conta[ {org}]:

{code}

Ele expira em {duration}. Nunca o compartilhe com ninguém.

Se você não o solicitou, ignore esta mensagem: sua senha continua a mesma.`,
  },
  email_verification: {
    sms: '{code} verifica seu e-mail[ {org}]. Expira em {minutes} min. Nunca o compartilhe.',
    emailSubject: 'Verifique seu e-mail[ {org}]',
    emailText: `Use este código para verificar o e-mail da sua conta[ {org}]:

{code}

Ele expira em {duration}. Nunca o compartilhe com ninguém.

Se você não tem essa conta, ignore esta mensagem.`,
  },
  phone_verification: {
    sms: '{code} verifica seu telefone[ {org}]. Expira em {minutes} min. Nunca o compartilhe.',
    emailSubject: 'Verifique seu número de telefone[ {org}]',
    emailText: `Use este código para verificar o número de telefone da sua conta[ {org}]:

{code}

Ele expira em {duration}. Nunca o compartilhe com ninguém.

Se você não o solicitou, ignore esta mensagem.`,
  },
  password_changed: {
    sms: 'Sua senha[ {org}] foi alterada ({time}). Se outra pessoa fez isso, redefina a senha e contate o suporte.',
    emailSubject: 'Sua senha[ {org}] foi alterada',
    emailText: `A senha da sua conta[ {org}] foi alterada: {time}.

Se foi você, não é preciso fazer nada.

Se não foi você, redefina sua senha agora e entre em contato com o suporte[ de {org}].`,
  },
  contact_changed: {
    sms: 'Email ou telefone da sua conta[ {org}] foi alterado ({time}). Se outra pessoa fez isso, contate o suporte.',
    emailSubject: 'Os dados de contato da sua conta[ {org}] foram alterados',
    emailText: `O e-mail ou o telefone da sua conta[ {org}] foi alterado: {time}.

Se foi você, não é preciso fazer nada.

Se não foi você, entre em contato agora com o suporte[ de {org}] e redefina sua senha.`,
  },
  new_device: {
    sms: 'Novo acesso à sua conta[ {org}] ({time}). Se for outra pessoa, redefina a senha e contate o suporte.',
    emailSubject: 'Novo acesso à sua conta[ {org}]',
    emailText: `Um novo dispositivo entrou na sua conta[ {org}]: {time}.

Se foi você, não é preciso fazer nada.

Se não foi você, redefina sua senha agora e entre em contato com o suporte[ de {org}].`,
  },
};
